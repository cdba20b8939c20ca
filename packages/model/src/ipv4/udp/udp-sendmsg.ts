import { formatIpv4, IP_DF, IPPROTO_UDP, IPV4_HLEN, UDP_HLEN, writeUdp } from '@sluice/wire';
import { cgroupSockAddr } from '../../bpf/cgroup-sock-addr.ts';
import { CHECKSUM_PARTIAL } from '../../skb/sk-buff.ts';
import { inetAutobind } from '../inet-bind.ts';
import { ipPushPendingFrames } from '../ip-push-pending-frames.ts';
import { ipRouteOutput } from '../ip-route-output.ts';
import { OutputFlow } from '../output-flow.ts';
import type { UdpSock } from './udp-sock.ts';

/** Largest payload of a datagram: 65535 less both headers. */
const PAYLOAD_BYTES_MAX = 65507;

const flow = new OutputFlow();

/**
 * Sends a datagram to `address` and `port`, or to the connected peer where `address` is undefined. For one that names
 * its destination, cgroup programs may change or refuse it. Returns an errno name where the call fails.
 * Kernel: net/ipv4/udp.c udp_sendmsg(), udp_send_skb(). Rows F1, F4.
 */
export function udpSendmsg(
  sock: UdpSock,
  payload: Uint8Array,
  address: number | undefined,
  port: number,
): string | undefined {
  const { netns } = sock;
  const { tracer, packets } = netns.host.machine;
  if (sock.closed) return 'EBADF';
  if (sock.pendingError !== undefined) {
    const error = sock.pendingError;
    sock.pendingError = undefined;
    return error;
  }
  if (address === undefined && sock.peerPort === 0) return 'EDESTADDRREQ';
  if (payload.length > PAYLOAD_BYTES_MAX) return 'EMSGSIZE';
  let to = { address: address ?? sock.peerAddress, port: address === undefined ? sock.peerPort : port };
  if (to.port === 0) return 'EINVAL';
  const packetId = tracer.birth(netns, `UDP to ${formatIpv4(to.address)}:${to.port}`);
  const outer = tracer.enter(packetId);
  try {
    if (packetId !== 0) tellSendmsg(sock, packetId, to.address, to.port, payload.length);
    let source = sock.localAddress;
    if (address !== undefined && netns.cgroup.sendmsg4.length > 0) {
      const call = cgroupSockAddr(netns.cgroup.sendmsg4, sock, 'sendmsg4', to.address, to.port, source, packetId);
      if (!call.allowed) return 'EPERM';
      if (call.port === 0) return 'EINVAL';
      to = call;
      source = call.source;
    }
    flow.set(to.address, source, sock.mark);
    const dst = ipRouteOutput(netns, flow);
    if (dst === undefined) return tellFailed(sock, packetId, flow.error, to.address);
    if (dst.type === 'broadcast' && !sock.broadcast) return tellFailed(sock, packetId, 'EACCES', to.address);
    if (!inetAutobind(sock, netns.udp)) return 'EAGAIN';
    const skb = packets.alloc(IPV4_HLEN + UDP_HLEN + payload.length, dst.dev);
    const udp = skb.data + IPV4_HLEN;
    skb.bytes.set(payload, udp + UDP_HLEN);
    skb.tail = udp + UDP_HLEN + payload.length;
    writeUdp(skb.bytes, udp, sock.localPort, to.port, payload.length, flow.source, flow.destination);
    skb.dst = dst;
    skb.ipSummed = CHECKSUM_PARTIAL;
    skb.mark = sock.mark;
    skb.sk = sock;
    tracer.follow(skb, packetId);
    const whole = IPV4_HLEN + UDP_HLEN + payload.length <= dst.dev.mtu;
    ipPushPendingFrames(skb, flow.source, flow.destination, IPPROTO_UDP, 0, whole && sock.dontFragment ? IP_DF : 0);
    return undefined;
  } finally {
    tracer.leave(outer);
  }
}

function tellSendmsg(sock: UdpSock, packetId: number, address: number, port: number, bytes: number): void {
  const { netns } = sock;
  const { tracer } = netns.host.machine;
  tracer.detail(`${bytes} bytes to ${formatIpv4(address)}:${port}`);
  tracer.event(packetId, netns, undefined, { function: 'udp_sendmsg', layer: 'process', row: 'F1', verdict: 'next' });
}

function tellFailed(
  sock: UdpSock,
  packetId: number,
  errno: 'ENETUNREACH' | 'EHOSTUNREACH' | 'EACCES' | 'EINVAL',
  address: number,
): string {
  if (packetId !== 0) {
    const { tracer } = sock.netns.host.machine;
    const text =
      errno === 'EACCES' ? 'the socket may not broadcast (SO_BROADCAST)' : `no route to ${formatIpv4(address)}`;
    tracer.because('route', text);
    const event = {
      function: 'ip_route_output_flow',
      layer: 'route',
      row: 'D4',
      verdict: 'drop',
      reason: errno,
    } as const;
    tracer.event(packetId, sock.netns, undefined, event);
  }
  return errno;
}
