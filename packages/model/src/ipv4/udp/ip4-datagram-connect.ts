import { cgroupSockAddr } from '../../bpf/cgroup-sock-addr.ts';
import { inetAutobind } from '../inet-bind.ts';
import { ipRouteOutput } from '../ip-route-output.ts';
import { OutputFlow } from '../output-flow.ts';
import type { UdpSock } from './udp-sock.ts';

const flow = new OutputFlow();

/**
 * connect(2) on a UDP socket: cgroup programs may change or refuse the destination; then a route, which gives the
 * source address. Nothing is sent. Returns an errno name where it is refused. Kernel: net/ipv4/datagram.c
 * __ip4_datagram_connect(), net/ipv4/udp.c udp_pre_connect(). Row F4.
 */
export function ip4DatagramConnect(sock: UdpSock, address: number, port: number): string | undefined {
  const { netns } = sock;
  const call = cgroupSockAddr(netns.cgroup.connect4, sock, 'connect4', address, port, 0, 0);
  if (!call.allowed) return 'EPERM';
  flow.set(call.address, sock.localAddress, sock.mark);
  const dst = ipRouteOutput(netns, flow);
  if (dst === undefined) return flow.error;
  if (dst.type === 'broadcast' && !sock.broadcast) return 'EACCES';
  sock.peerAddress = flow.destination;
  sock.peerPort = call.port;
  if (!inetAutobind(sock, netns.udp)) return 'EAGAIN';
  sock.localAddress = flow.source;
  return undefined;
}
