import type { NicOptions } from '@sluice/engine';
import { ETH_HLEN } from '@sluice/wire';
import { Napi } from '../core/napi.ts';
import { napiSchedule } from '../core/napi-schedule.ts';
import { NetDevice } from '../core/net-device.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import { PfifoQdisc } from '../sched/pfifo.ts';
import { kfreeSkb } from '../skb/kfree-skb.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { nicPoll } from './nic-poll.ts';
import { skbRss } from './nic-rss.ts';
import { nicStartXmit } from './nic-start-xmit.ts';
import { RxRing } from './rx-ring.ts';
import type { Segment } from './segment.ts';

/** Descriptors of a ring where nothing else is said: what `ethtool -g` shows of many NICs. */
export const RING_DEFAULT = 256;
/** Kernel: DEFAULT_TX_QUEUE_LEN, packets that wait in front of a full TX ring. */
const TX_QUEUE_LENGTH = 1000;

/** One receive queue: its ring, its place on a CPU's poll list, and whether its interrupt is masked. */
export class NicQueue {
  readonly ring: RxRing;
  readonly napi: Napi;
  readonly index: number;
  irqMasked = false;
  interrupts = 0;

  constructor(nic: Nic, index: number, ringSize: number) {
    const { machine, cpus } = nic.netns.host;
    this.index = index;
    this.ring = new RxRing(machine.arena, machine.packets.buffers, ringSize, nic.mtu + ETH_HLEN + 4);
    this.napi = new Napi(cpus[index % cpus.length]!, nic, (_napi, budget) => nicPoll(nic, this, budget));
  }
}

/**
 * An Ethernet card with descriptor rings, interrupts and NAPI, on a segment. Its driver runs XDP natively.
 * Rows A1, A2, A3, A5, B1.
 */
export class Nic extends NetDevice {
  readonly nativeXdp = true;
  readonly startXmit = nicStartXmit;
  readonly segment: Segment;
  readonly queues: readonly NicQueue[];
  readonly txRing: number;
  /** TX descriptors in use: frames handed to the wire and not yet gone. */
  txInUse = 0;

  constructor(netns: NetNamespace, name: string, ifindex: number, mac: Uint8Array, segment: Segment, o: NicOptions) {
    super(netns, name, ifindex, mac, o.mtu ?? 1500);
    this.segment = segment;
    this.txRing = o.txRing ?? RING_DEFAULT;
    this.qdisc = new PfifoQdisc(this, TX_QUEUE_LENGTH);
    const ring = o.rxRing ?? RING_DEFAULT;
    this.queues = Array.from({ length: o.rxQueues ?? 1 }, (_, i) => new NicQueue(this, i, ring));
    segment.attach(this);
  }

  override napiOf(queue: number): Napi | undefined {
    return this.queues[queue]?.napi;
  }

  /** A frame comes off the wire: DMA into the ring, then an interrupt unless polling is on. */
  receive(from: Uint8Array, at: number, length: number, packetId: number): void {
    const queue =
      this.queues.length === 1 ? this.queues[0]! : this.queues[skbRss(from, at, length, this.queues.length)]!;
    if (length < ETH_HLEN || length > this.mtu + ETH_HLEN + 4) {
      this.stats.rxDropped++;
      if (packetId !== 0)
        this.#tell(packetId, from, at, length, 'PKT_TOO_BIG', `${length} bytes do not fit mtu ${this.mtu}`);
      return;
    }
    if (!queue.ring.dmaWrite(from, at, length, packetId)) {
      this.stats.rxMissed++;
      const text = `all ${queue.ring.size} descriptors of the RX ring are in use`;
      if (packetId !== 0) this.#tell(packetId, from, at, length, 'FULL_RING', text);
      return;
    }
    if (packetId !== 0) this.#tell(packetId, from, at, length, undefined, `RX queue ${queue.index}`);
    if (!queue.irqMasked) this.#interrupt(queue);
  }

  /** The top half does the least there is: mask, schedule. Row A2. */
  #interrupt(queue: NicQueue): void {
    queue.interrupts++;
    queue.irqMasked = true;
    napiSchedule(queue.napi);
  }

  inject(frame: Uint8Array): void {
    this.receive(frame, 0, frame.length, this.netns.host.machine.tracer.birth(this.netns));
  }

  xdpXmit(address: number, bytes: number, packetId: number): boolean {
    if (this.txInUse >= this.txRing) return false;
    const { packets, arena, tracer } = this.netns.host.machine;
    const skb = packets.alloc(bytes, this);
    arena.u8.copyWithin(skb.data, address, address + bytes);
    skb.tail = skb.data + bytes;
    skb.macHeader = skb.data;
    tracer.follow(skb, packetId);
    this.stats.txPackets++;
    this.stats.txBytes += bytes;
    this.txInUse++;
    this.segment.transmit(this, skb);
    return true;
  }

  /** The wire took the frame: its descriptor is free, and what waits in the qdisc may go. */
  txComplete(skb: SkBuff): void {
    this.txInUse--;
    kfreeSkb(skb);
    this.qdisc?.run();
  }

  #tell(id: number, from: Uint8Array, at: number, length: number, reason: string | undefined, detail: string): void {
    const { tracer } = this.netns.host.machine;
    tracer.detail(detail);
    if (reason !== undefined) tracer.because('limit', detail);
    const snapshot = { frame: from.slice(at, at + length), starts: 'ethernet' as const, mark: 0 };
    tracer.event(id, this.netns, this, {
      function: 'nic_dma_write',
      layer: 'driver',
      row: 'A1',
      verdict: reason === undefined ? 'queued' : 'drop',
      ...(reason === undefined ? {} : { reason }),
      snapshot,
    });
  }
}
