import { ETH_P_IP, IPV4_HLEN, writeIpv4 } from '@sluice/wire';
import { nfLocalOut } from '../netfilter/nf-hook.ts';
import { run } from '../runner.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { drop, type Step, step, undecidable } from '../step.ts';
import { formatRoute } from './fib/fib-alias.ts';
import { ipOutput } from './ip-output.ts';

/**
 * Writes the IP header before a transport header that stands at `skb.data + 20`, and sends the packet: UDP, ICMP, TCP
 * all come here. `fragment` is IP_DF or 0; `first` is
 * the step that the packet starts with. Kernel: net/ipv4/ip_output.c __ip_make_skb(), __ip_queue_xmit().
 */
export function ipPushPendingFrames(
  skb: SkBuff,
  source: number,
  destination: number,
  protocol: number,
  tos: number,
  fragment: number,
  first: Step = ipLocalOut,
): void {
  const { netns } = skb.dev;
  const ttl = netns.sysctls.value('net.ipv4.ip_default_ttl');
  const id = fragment === 0 ? netns.nextIpId() : 0;
  writeIpv4(skb.bytes, skb.data, skb.len, protocol, source, destination, ttl, id, fragment, tos);
  skb.networkHeader = skb.data;
  skb.transportHeader = skb.data + IPV4_HLEN;
  skb.protocol = ETH_P_IP;
  run(first, skb);
}

/**
 * A packet of our own: LOCAL_OUT, then out. Kernel: net/ipv4/ip_output.c ip_local_out(), __ip_local_out(). Row D4.
 */
export const ipLocalOut: Step = step('ip_local_out', 'ip', 'D4', (skb: SkBuff): Step => {
  const dst = skb.dst!;
  if (skb.trace !== null && dst.alias !== undefined) skb.trace.detail(`route ${formatRoute(dst.alias)}`);
  return skb.dev.netns.hooks.localOut.length > 0 ? nfLocalOut : dstOutput(skb);
});

/** What follows LOCAL_OUT. Kernel: dst_output(). */
export function dstOutput(skb: SkBuff): Step {
  const { dst } = skb;
  if (dst === null) return drop(skb, 'IP_OUTNOROUTES');
  if (dst.type === 'multicast') return undecidable(skb, 'multicast output: the model has no ip_mc_output yet');
  return ipOutput;
}
