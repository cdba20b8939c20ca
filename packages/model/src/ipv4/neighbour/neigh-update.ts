import { copyBytes } from '@sluice/wire';
import { run } from '../../runner.ts';
import { SECOND } from '../../time/clock.ts';
import { neighOutput } from './neigh-output.ts';
import { type Neighbour, type NeighbourState, NUD_VALID } from './neighbour.ts';

/** Kernel: NEIGH_VAR_BASE_REACHABLE_TIME; the real one is drawn from half to one and a half of it. */
export const REACHABLE_NS = 30 * SECOND;

/**
 * What is known of a neighbour changes: its address (six bytes of `mac` at `at`) and its state. Packets that waited go
 * on. Kernel: net/core/neighbour.c neigh_update().
 */
export function neighUpdate(neighbour: Neighbour, mac: Uint8Array, at: number, state: NeighbourState): void {
  const { clock } = neighbour.dev.netns.host.machine;
  if (neighbour.state === 'permanent' && state !== 'permanent') return;
  clock.cancel(neighbour.timer);
  neighbour.timer = undefined;
  copyBytes(mac, at, neighbour.mac, 0, 6);
  neighbour.state = state;
  neighbour.valid = NUD_VALID.has(state);
  neighbour.probes = 0;
  neighbour.confirmedNs = clock.nowNs;
  if (!neighbour.valid) return;
  for (let skb = neighbour.queue.shift(); skb !== null; skb = neighbour.queue.shift()) run(neighOutput, skb);
}
