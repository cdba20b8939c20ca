import { ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, ICMP_NET_UNREACH, ICMP_PKT_FILTERED, ipSource } from '@sluice/wire';
import type { SkBuff } from '../skb/sk-buff.ts';
import { drop, reject, type Step, step } from '../step.ts';
import { icmpSend } from './icmp-send.ts';
import { routeErrorAllow } from './inet-peer.ts';

const CODES = { EHOSTUNREACH: ICMP_HOST_UNREACH, ENETUNREACH: ICMP_NET_UNREACH, EACCES: ICMP_PKT_FILTERED } as const;

/**
 * Where a packet goes that no route takes: a host drops it silently, a router tells the sender, though not too
 * often.
 * Kernel: net/ipv4/route.c ip_error(). Row D3.
 */
export const ipError: Step = step('ip_error', 'route', 'D3', (skb: SkBuff): Step => {
  const { error, alias } = skb.dst!;
  if (skb.trace !== null && alias === undefined) skb.trace.because('route', skb.dev.netns.noRouteText(skb));
  if (skb.dev.inet.conf.forwarding === 0) {
    return drop(skb, error === 'ENETUNREACH' ? 'IP_INNOROUTES' : 'IP_INADDRERRORS');
  }
  if (error === 'EINVAL' || error === undefined) return drop(skb, 'NOT_SPECIFIED');
  const reason = error === 'ENETUNREACH' ? 'IP_INNOROUTES' : 'NOT_SPECIFIED';
  if (!routeErrorAllow(skb.dev.netns, ipSource(skb.bytes, skb.networkHeader))) {
    if (skb.trace !== null) skb.trace.detail('the sender was told too often already');
    return drop(skb, reason);
  }
  icmpSend(skb, ICMP_DEST_UNREACH, CODES[error], 0);
  return reject(skb, reason);
});
