import { formatIpv4, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH } from '@sluice/wire';
import { run } from '../../runner.ts';
import type { SkBuff } from '../../skb/sk-buff.ts';
import { reject, type Step, step } from '../../step.ts';
import { icmpSend } from '../icmp-send.ts';
import type { Neighbour } from './neighbour.ts';

/** Nobody has the address: what waited is refused. Kernel: net/core/neighbour.c neigh_invalidate(). */
export function neighFailed(neighbour: Neighbour): void {
  neighbour.state = 'failed';
  neighbour.valid = false;
  for (let skb = neighbour.queue.shift(); skb !== null; skb = neighbour.queue.shift()) {
    skb.nextHop = neighbour.ip;
    run(arpErrorReport, skb);
  }
}

/**
 * Tells the sender that the host cannot be reached; on this host, its socket gets EHOSTUNREACH that way too.
 * Kernel: net/ipv4/arp.c arp_error_report(), net/ipv4/route.c ipv4_link_failure(). Row D8.
 */
const arpErrorReport: Step = step('arp_error_report', 'neighbour', 'D8', (skb: SkBuff): Step => {
  if (skb.trace !== null) {
    skb.trace.because('neighbour', `nobody on ${skb.dev.name} answered ARP for ${formatIpv4(skb.nextHop)}`);
  }
  icmpSend(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
  return reject(skb, 'NEIGH_FAILED');
});
