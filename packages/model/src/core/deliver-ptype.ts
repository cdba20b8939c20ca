import { ETH_P_ARP, ETH_P_IP, ETH_P_IPV6, formatEtherType } from '@sluice/wire';
import { arpRcv } from '../ipv4/arp-rcv.ts';
import { ipRcv } from '../ipv4/ip-rcv.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { drop, type Step, step, undecidable } from '../step.ts';

/**
 * Gives the packet to the protocol of its EtherType; without one it is dropped: UNHANDLED_PROTO.
 * Kernel: net/core/dev.c deliver_ptype_list_skb() over ptype_base. Row C4.
 */
export const deliverPtype: Step = step('deliver_ptype_list_skb', 'core', 'C4', (skb: SkBuff): Step => {
  const { protocol } = skb;
  if (protocol === ETH_P_IP) return ipRcv;
  if (protocol === ETH_P_ARP) return arpRcv;
  if (protocol === ETH_P_IPV6) return undecidable(skb, 'IPv6: the model has no ipv6_rcv yet (row D10)');
  skb.dev.stats.rxDropped++;
  if (skb.trace !== null) skb.trace.because('protocol', `no protocol handles EtherType ${formatEtherType(protocol)}`);
  return drop(skb, 'UNHANDLED_PROTO');
});
