import { ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, ICMP_NET_UNREACH, ICMP_PKT_FILTERED } from '@sluice/wire';
import type { SkBuff } from '../skb/sk-buff.ts';
import { drop, reject, type Step, step } from '../step.ts';
import { icmpSend } from './icmp-send.ts';

/**
 * Where a packet goes that no route takes: a host drops it silently, a router tells the sender.
 * Kernel: net/ipv4/route.c ip_error(). We depart: no rate limit. Row D3.
 */
export const ipError: Step = step('ip_error', 'route', 'D3', (skb: SkBuff): Step => {
  const { error, alias } = skb.dst!;
  if (skb.trace !== null && alias === undefined) skb.trace.because('route', skb.dev.netns.noRouteText(skb));
  if (skb.dev.inet.conf.forwarding === 0) {
    return drop(skb, error === 'ENETUNREACH' ? 'IP_INNOROUTES' : 'IP_INADDRERRORS');
  }
  switch (error) {
    case 'EHOSTUNREACH':
      icmpSend(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
      return reject(skb, 'NOT_SPECIFIED');
    case 'ENETUNREACH':
      icmpSend(skb, ICMP_DEST_UNREACH, ICMP_NET_UNREACH, 0);
      return reject(skb, 'IP_INNOROUTES');
    case 'EACCES':
      icmpSend(skb, ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, 0);
      return reject(skb, 'NOT_SPECIFIED');
    default:
      return drop(skb, 'NOT_SPECIFIED');
  }
});
