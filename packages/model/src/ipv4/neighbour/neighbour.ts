import type { NetDevice } from '../../core/net-device.ts';
import { SkbQueue } from '../../skb/skb-queue.ts';
import type { Timer } from '../../time/clock.ts';

/**
 * States of a neighbour entry. Kernel: NUD_*; Spec: RFC 4861 §7.3.2, whose machine Linux uses for ARP too.
 *
 * | state | leaves it |
 * |---|---|
 * | none | first packet → incomplete, ask |
 * | incomplete | answer → reachable; three askings without one → failed |
 * | reachable | 30 s without confirmation → stale |
 * | stale | a packet is sent → delay |
 * | delay | confirmation → reachable; 5 s without → probe, ask the known address |
 * | probe | answer → reachable; three askings without one → failed |
 * | failed | next packet → incomplete |
 * | permanent | never |
 */
export type NeighbourState = 'none' | 'incomplete' | 'reachable' | 'stale' | 'delay' | 'probe' | 'failed' | 'permanent';

/** States in which the address may be used. Kernel: NUD_VALID. */
export const NUD_VALID: ReadonlySet<NeighbourState> = new Set(['reachable', 'stale', 'delay', 'probe', 'permanent']);

/** The link-layer address of one next hop, known or sought. Kernel: struct neighbour. */
export class Neighbour {
  readonly dev: NetDevice;
  /** Unsigned. */
  readonly ip: number;
  readonly mac = new Uint8Array(6);
  state: NeighbourState = 'none';
  /** May `mac` be used: NUD_VALID, kept as a plain field for the hot path. */
  valid = false;
  /** Needs a look before use: stale, or reachable and perhaps too old. */
  confirmedNs = 0;
  probes = 0;
  timer: Timer | undefined;
  /** Packets that wait for the answer. */
  readonly queue = new SkbQueue();

  constructor(dev: NetDevice, ip: number) {
    this.dev = dev;
    this.ip = ip;
  }
}
