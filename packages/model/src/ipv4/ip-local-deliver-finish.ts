import {
  formatIpProtocol,
  ICMP_DEST_UNREACH,
  ICMP_PROT_UNREACH,
  IPPROTO_ICMP,
  IPPROTO_IGMP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  ipProtocol,
} from '@sluice/wire';
import type { SkBuff } from '../skb/sk-buff.ts';
import { drop, reject, type Step, step } from '../step.ts';
import { xfrm4PolicyCheck } from '../xfrm/xfrm4-policy-check.ts';
import { icmpRcv } from './icmp-rcv.ts';
import { icmpSend } from './icmp-send.ts';
import { igmpRcv } from './igmp-rcv.ts';
import { tcpV4Rcv } from './tcp/tcp-v4-rcv.ts';
import { udpRcv } from './udp-rcv.ts';

/**
 * Off with the IP header, and to the transport protocol; without one, ICMP protocol unreachable. UDP, TCP and ICMP ask
 * the xfrm policies themselves, once they know the socket (the kernel's `no_policy`); for the rest they are asked here.
 * Kernel: net/ipv4/ip_input.c ip_local_deliver_finish(), ip_protocol_deliver_rcu(). Rows D2, D6, D7.
 */
export const ipLocalDeliverFinish: Step = step('ip_local_deliver_finish', 'ip', 'D2', (skb: SkBuff): Step => {
  skb.data = skb.transportHeader;
  const protocol = ipProtocol(skb.bytes, skb.networkHeader);
  if (protocol === IPPROTO_UDP) return udpRcv;
  if (protocol === IPPROTO_TCP) return tcpV4Rcv;
  if (protocol === IPPROTO_ICMP) return icmpRcv;
  if (protocol === IPPROTO_IGMP && xfrm4PolicyCheck('in', skb)) return igmpRcv;
  if (!xfrm4PolicyCheck('in', skb)) return drop(skb, 'IP_NOPROTO');
  if (skb.trace !== null) skb.trace.because('protocol', `no handler for ${formatIpProtocol(protocol)}`);
  icmpSend(skb, ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, 0);
  return reject(skb, 'IP_NOPROTO');
});
