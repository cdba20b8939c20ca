import { cgroupSockAddr } from '../bpf/cgroup-sock-addr.ts';
import type { Sock } from '../socket/sock.ts';

/**
 * Binds a socket to an address (0: any) and port (0: a free one of `net.ipv4.ip_local_port_range`), and enters it in
 * its table. Returns an errno name where the kernel would refuse. Kernel: net/ipv4/af_inet.c __inet_bind().
 */
export function inetBind<S extends Sock>(
  sock: S,
  address: number,
  port: number,
  table: Map<number, S[]>,
): string | undefined {
  const { netns } = sock;
  let want = { address, port };
  if (netns.cgroup.bind4.length > 0) {
    const call = cgroupSockAddr(netns.cgroup.bind4, sock, 'bind4', address, port, 0, 0);
    if (!call.allowed) return 'EPERM';
    want = call;
  }
  const local = want.address === 0 || netns.isLocalAddress(want.address) || netns.isBroadcast(want.address);
  if (!local && netns.sysctls.value('net.ipv4.ip_nonlocal_bind') === 0) return 'EADDRNOTAVAIL';
  if (sock.localPort !== 0) return 'EINVAL';
  const chosen = want.port === 0 ? freePort(sock, want.address, table) : want.port;
  if (chosen === 0 || conflicts(want.address, table.get(chosen))) return 'EADDRINUSE';
  sock.localAddress = want.address;
  sock.localPort = chosen;
  const list = table.get(chosen);
  if (list) list.push(sock);
  else table.set(chosen, [sock]);
  return undefined;
}

/** Gives an unbound socket a port. Returns false where none is free. Kernel: inet_autobind(). */
export function inetAutobind<S extends Sock>(sock: S, table: Map<number, S[]>): boolean {
  if (sock.localPort !== 0) return true;
  const port = freePort(sock, sock.localAddress, table);
  if (port === 0) return false;
  sock.localPort = port;
  const list = table.get(port);
  if (list) list.push(sock);
  else table.set(port, [sock]);
  return true;
}

const conflicts = (address: number, list: readonly Sock[] | undefined): boolean =>
  list?.some((s) => s.localAddress === 0 || address === 0 || s.localAddress === address) ?? false;

/** A free port, from a random place on; 0 where there is none. */
function freePort<S extends Sock>(sock: S, address: number, table: ReadonlyMap<number, S[]>): number {
  const first = sock.netns.sysctls.value('net.ipv4.ip_local_port_range');
  const last = sock.netns.sysctls.value('net.ipv4.ip_local_port_range.last');
  const count = last - first + 1;
  const start = sock.netns.host.machine.random.below(count);
  for (let i = 0; i < count; i++) {
    const port = first + ((start + i) % count);
    if (!conflicts(address, table.get(port))) return port;
  }
  return 0;
}
