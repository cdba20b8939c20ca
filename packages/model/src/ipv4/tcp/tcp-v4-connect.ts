import { formatIpv4 } from '@sluice/wire';
import { cgroupSockCreate } from '../../bpf/cgroup-sock.ts';
import { cgroupSockAddr } from '../../bpf/cgroup-sock-addr.ts';
import type { NetNamespace } from '../../kernel/net-namespace.ts';
import { ipRouteOutput } from '../ip-route-output.ts';
import { OutputFlow } from '../output-flow.ts';
import { tcpConnect } from './tcp-connect.ts';
import { tcpDone } from './tcp-done.ts';
import { TcpSock } from './tcp-sock.ts';

const flow = new OutputFlow();

/**
 * connect(2): cgroup programs may change or refuse the destination; a route gives the source address, the range a port;
 * then the SYN. What fails is told through the connection's end. `sourcePort` 0 takes a free one.
 * A socket that cgroup programs refuse to make is thrown (EngineError EPERM). Kernel: net/ipv4/tcp_ipv4.c tcp_v4_connect(), tcp_v4_pre_connect(). Rows F2, F4.
 */
export function tcpV4Connect(netns: NetNamespace, address: number, port: number, sourcePort: number): TcpSock {
  const sock = new TcpSock(netns);
  cgroupSockCreate(sock);
  const { tracer } = netns.host.machine;
  const packetId = tracer.birth(netns, `TCP connect to ${formatIpv4(address)}:${port}`);
  const outer = tracer.enter(packetId);
  if (packetId !== 0) tell(netns, packetId, address, port);
  sock.peerAddress = address;
  sock.peerPort = port;
  const error = connect(sock, sourcePort, packetId);
  if (error !== undefined) {
    if (packetId !== 0 && error !== 'EPERM') tellFailed(netns, packetId, error, sock.peerAddress);
    tcpDone(sock, error);
  }
  tracer.leave(outer);
  return sock;
}

/** Returns an errno name where it fails. */
function connect(sock: TcpSock, sourcePort: number, packetId: number): string | undefined {
  const { netns } = sock;
  const call = cgroupSockAddr(netns.cgroup.connect4, sock, 'connect4', sock.peerAddress, sock.peerPort, 0, packetId);
  if (!call.allowed) return 'EPERM';
  sock.peerAddress = call.address;
  sock.peerPort = call.port;
  flow.set(call.address, 0, sock.mark);
  const dst = ipRouteOutput(netns, flow);
  if (dst === undefined) return flow.error;
  if (dst.group) return 'ENETUNREACH';
  sock.localAddress = flow.source;
  sock.peerAddress = flow.destination;
  sock.localPort = sourcePort !== 0 ? sourcePort : freePort(sock);
  if (sock.localPort === 0 || taken(sock, sock.localPort)) return 'EADDRNOTAVAIL';
  netns.tcp.add(sock);
  sock.move('connect');
  tcpConnect(sock, packetId);
  return undefined;
}

const taken = (sock: TcpSock, port: number): boolean =>
  sock.netns.tcp.lookup(sock.localAddress, port, sock.peerAddress, sock.peerPort) !== undefined;

/** A port that no connection to that peer uses, from a random place on; 0 where there is none. Kernel: __inet_hash_connect(). */
function freePort(sock: TcpSock): number {
  const { sysctls, host, tcp } = sock.netns;
  const first = sysctls.value('net.ipv4.ip_local_port_range');
  const count = sysctls.value('net.ipv4.ip_local_port_range.last') - first + 1;
  const start = host.machine.random.below(count);
  for (let i = 0; i < count; i++) {
    const port = first + ((start + i) % count);
    if (!taken(sock, port) && !tcp.listeners.has(port)) return port;
  }
  return 0;
}

function tell(netns: NetNamespace, packetId: number, address: number, port: number): void {
  const { tracer } = netns.host.machine;
  tracer.detail(`connect to ${formatIpv4(address)}:${port}`);
  tracer.event(packetId, netns, undefined, {
    function: 'tcp_v4_connect',
    layer: 'process',
    row: 'F2',
    verdict: 'next',
  });
}

function tellFailed(netns: NetNamespace, packetId: number, errno: string, address: number): void {
  const { tracer } = netns.host.machine;
  tracer.because('route', errno === 'EADDRNOTAVAIL' ? 'no local port is free' : `no route to ${formatIpv4(address)}`);
  const event = { function: 'ip_route_connect', layer: 'route', row: 'D4', verdict: 'drop', reason: errno } as const;
  tracer.event(packetId, netns, undefined, event);
}
