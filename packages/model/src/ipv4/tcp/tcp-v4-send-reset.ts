import {
  IP_DF,
  IPPROTO_TCP,
  IPV4_HLEN,
  ipDestination,
  ipSource,
  ipTos,
  TCP_ACK,
  TCP_HLEN,
  TCP_RST,
  tcpDestinationPort,
  tcpSourcePort,
  updateTcpChecksum,
  writeTcp,
} from '@sluice/wire';
import type { SkBuff } from '../../skb/sk-buff.ts';
import { type Step, step } from '../../step.ts';
import { ipLocalOut, ipPushPendingFrames } from '../ip-push-pending-frames.ts';
import { ipRouteOutput } from '../ip-route-output.ts';
import { OutputFlow } from '../output-flow.ts';

const flow = new OutputFlow();

/**
 * Answers a segment that belongs nowhere with a reset; a reset is never answered. Returns whether one was sent.
 * Kernel: net/ipv4/tcp_ipv4.c tcp_v4_send_reset(). Spec: RFC 9293 §3.10.7.1. Row F2.
 */
export function tcpV4SendReset(skb: SkBuff): boolean {
  if (skb.tcpFlags & TCP_RST || skb.dst?.type !== 'local') return false;
  const { bytes, networkHeader } = skb;
  const { netns } = skb.dev;
  const from = ipDestination(bytes, networkHeader);
  const to = ipSource(bytes, networkHeader);
  flow.set(to, from, 0);
  const dst = ipRouteOutput(netns, flow);
  if (dst === undefined) return false;
  const { packets, tracer } = netns.host.machine;
  const reset = packets.alloc(IPV4_HLEN + TCP_HLEN, dst.dev);
  const tcp = reset.data + IPV4_HLEN;
  const acked = (skb.tcpFlags & TCP_ACK) !== 0;
  const ports = skb.transportHeader;
  writeTcp(
    bytes,
    tcp,
    tcpDestinationPort(bytes, ports),
    tcpSourcePort(bytes, ports),
    acked ? skb.ackSeq : 0,
    acked ? 0 : skb.endSeq,
    TCP_HLEN,
    acked ? TCP_RST : TCP_RST | TCP_ACK,
    0,
  );
  updateTcpChecksum(bytes, tcp, TCP_HLEN, from, to);
  reset.tail = tcp + TCP_HLEN;
  reset.transportHeader = tcp;
  reset.dst = dst;
  tracer.follow(reset, tracer.birth(netns));
  ipPushPendingFrames(reset, from, to, IPPROTO_TCP, ipTos(bytes, networkHeader), IP_DF, sendReset);
  return true;
}

const sendReset: Step = step('tcp_v4_send_reset', 'tcp', 'F2', (_skb: SkBuff): Step => ipLocalOut);
