import { ICMP_HLEN, IPPROTO_ICMP, IPV4_HLEN, writeIcmp } from '@sluice/wire';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import type { Dst } from './dst.ts';
import { inetPeerXrlimAllow } from './inet-peer.ts';
import { ipPushPendingFrames } from './ip-push-pending-frames.ts';
import { ipRouteOutput } from './ip-route-output.ts';
import { OutputFlow } from './output-flow.ts';

/** An ICMP message to be sent; the payload lies in the arena. Addresses are numbers, `source` 0 lets routing choose. */
export interface IcmpReply {
  readonly type: number;
  readonly code: number;
  readonly rest: number;
  readonly source: number;
  readonly destination: number;
  readonly payloadAt: number;
  readonly payloadBytes: number;
  readonly mark: number;
  readonly tos: number;
}

const flow = new OutputFlow();

/**
 * Sends an ICMP message; one that cannot be routed, or exceeds the rate for its peer, is not sent. Kernel: net/ipv4/icmp.c icmp_push_reply(). We depart:
 * no limit for all peers together (icmp_msgs_per_sec).
 */
export function icmpXmit(netns: NetNamespace, reply: IcmpReply): void {
  flow.set(reply.destination, reply.source, reply.mark);
  const dst = ipRouteOutput(netns, flow);
  if (dst === undefined || !allowed(netns, reply, dst)) return;
  const { packets, tracer } = netns.host.machine;
  const skb = packets.alloc(IPV4_HLEN + ICMP_HLEN + reply.payloadBytes, dst.dev);
  const { bytes } = skb;
  const icmp = skb.data + IPV4_HLEN;
  bytes.copyWithin(icmp + ICMP_HLEN, reply.payloadAt, reply.payloadAt + reply.payloadBytes);
  writeIcmp(bytes, icmp, reply.type, reply.code, reply.rest, reply.payloadBytes);
  skb.transportHeader = icmp;
  skb.tail = icmp + ICMP_HLEN + reply.payloadBytes;
  skb.mark = reply.mark;
  skb.dst = dst;
  tracer.follow(skb, tracer.birth(netns));
  ipPushPendingFrames(skb, flow.source, reply.destination, IPPROTO_ICMP, reply.tos, 0);
}

/** Kernel: icmpv4_xrlim_allow(): errors of the types in `net.ipv4.icmp_ratemask`, except to ourselves. */
function allowed(netns: NetNamespace, reply: IcmpReply, dst: Dst): boolean {
  const limited = (netns.sysctls.value('net.ipv4.icmp_ratemask') & (1 << reply.type)) !== 0;
  return !limited || dst.dev.loopback || inetPeerXrlimAllow(netns, reply.destination);
}
