import { ETH_P_IP, formatIpv4, IP_DF, IPPROTO_TCP, IPV4_HLEN, writeIpv4 } from '@sluice/wire';
import type { SkBuff } from '../skb/sk-buff.ts';
import { drop, type Step, step } from '../step.ts';
import { ipLocalOut } from './ip-push-pending-frames.ts';
import { ipRouteOutput } from './ip-route-output.ts';
import { OutputFlow } from './output-flow.ts';

const flow = new OutputFlow();

/**
 * A segment of a connection: its route, its IP header, then out. Without a route: IP_OUTNOROUTES.
 * Kernel: net/ipv4/ip_output.c __ip_queue_xmit(). Row D4.
 */
export const ipQueueXmit: Step = step('__ip_queue_xmit', 'ip', 'D4', (skb: SkBuff): Step => {
  const sock = skb.sk!;
  const { netns } = sock;
  flow.set(sock.peerAddress, sock.localAddress, sock.mark);
  const dst = ipRouteOutput(netns, flow);
  if (dst === undefined) {
    if (skb.trace !== null) skb.trace.because('route', `no route to ${formatIpv4(sock.peerAddress)}`);
    return drop(skb, 'IP_OUTNOROUTES');
  }
  const ttl = netns.sysctls.value('net.ipv4.ip_default_ttl');
  writeIpv4(
    skb.bytes,
    skb.data,
    skb.len,
    IPPROTO_TCP,
    sock.localAddress,
    sock.peerAddress,
    ttl,
    netns.nextIpId(),
    sock.dontFragment ? IP_DF : 0,
    0,
  );
  skb.networkHeader = skb.data;
  skb.transportHeader = skb.data + IPV4_HLEN;
  skb.protocol = ETH_P_IP;
  skb.dst = dst;
  skb.dev = dst.dev;
  return ipLocalOut;
});
