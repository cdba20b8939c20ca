import { formatIpv4 } from '@sluice/wire';
import { kfreeSkb } from '../../skb/kfree-skb.ts';
import type { SkBuff } from '../../skb/sk-buff.ts';
import { queued, type Step } from '../../step.ts';
import { SECOND } from '../../time/clock.ts';
import { arpSolicit } from './arp-solicit.ts';
import { neighFailed } from './neigh-failed.ts';
import { REACHABLE_NS } from './neigh-update.ts';
import type { Neighbour } from './neighbour.ts';

/** Kernel: NEIGH_VAR_QUEUE_LEN_BYTES, as a number of packets. */
const QUEUE_PACKETS_MAX = 101;
/** Kernel: NEIGH_VAR_RETRANS_TIME, NEIGH_VAR_MCAST_PROBES, NEIGH_VAR_UCAST_PROBES, NEIGH_VAR_DELAY_PROBE_TIME. */
const RETRANSMIT_NS = SECOND;
const PROBES_MAX = 3;
const DELAY_PROBE_NS = 5 * SECOND;

/**
 * A packet for a neighbour whose address is not known: asks, unless somebody is asking already, and lets the packet
 * wait. With too many waiting, the oldest goes: NEIGH_QUEUEFULL. Kernel: net/core/neighbour.c __neigh_event_send().
 */
export function neighEventSend(neighbour: Neighbour, skb: SkBuff): Step {
  if (neighbour.state !== 'incomplete') {
    neighbour.state = 'incomplete';
    neighbour.probes = 0;
    ask(neighbour, false, skb);
  }
  if (neighbour.queue.length >= QUEUE_PACKETS_MAX) {
    const oldest = neighbour.queue.shift()!;
    neighbour.dev.netns.host.countDrop('NEIGH_QUEUEFULL');
    if (oldest.trace !== null) {
      oldest.trace.event(oldest.packetId, neighbour.dev.netns, neighbour.dev, {
        function: '__neigh_event_send',
        layer: 'neighbour',
        row: 'D8',
        verdict: 'drop',
        reason: 'NEIGH_QUEUEFULL',
      });
    }
    kfreeSkb(oldest);
  }
  if (skb.trace !== null)
    skb.trace.detail(`waits for ARP: who has ${formatIpv4(neighbour.ip)} on ${neighbour.dev.name}?`);
  neighbour.queue.push(skb);
  return queued;
}

function ask(neighbour: Neighbour, known: boolean, waiting: SkBuff | null): void {
  neighbour.probes++;
  arpSolicit(neighbour.dev, neighbour.ip, known ? neighbour.mac : undefined, waiting);
  neighbour.timer = neighbour.dev.netns.host.machine.clock.after(RETRANSMIT_NS, () => expire(neighbour), known);
}

/** Nobody answered within a second. Kernel: neigh_timer_handler(). */
function expire(neighbour: Neighbour): void {
  neighbour.timer = undefined;
  if (neighbour.state !== 'incomplete' && neighbour.state !== 'probe') return;
  if (neighbour.probes < PROBES_MAX) ask(neighbour, neighbour.state === 'probe', neighbour.queue.first);
  else neighFailed(neighbour);
}

/** A valid entry is about to be used: an old one is checked later. Kernel: neigh_event_send() for NUD_STALE. */
export function neighTouch(neighbour: Neighbour): void {
  if (neighbour.state === 'permanent' || neighbour.state === 'delay' || neighbour.state === 'probe') return;
  const { clock } = neighbour.dev.netns.host.machine;
  if (neighbour.state === 'reachable' && clock.nowNs - neighbour.confirmedNs < REACHABLE_NS) return;
  neighbour.state = 'delay';
  neighbour.timer = clock.after(DELAY_PROBE_NS, () => probe(neighbour), true);
}

function probe(neighbour: Neighbour): void {
  neighbour.timer = undefined;
  if (neighbour.state !== 'delay') return;
  neighbour.state = 'probe';
  neighbour.probes = 0;
  ask(neighbour, true, null);
}
