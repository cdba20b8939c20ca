import { ipDestination, ipSource, tcpDestinationPort, tcpSequence, tcpSourcePort } from '@sluice/wire';
import type { NetNamespace } from '../../kernel/net-namespace.ts';
import { tcpDone } from './tcp-done.ts';
import { between } from './tcp-sequence.ts';

/**
 * An ICMP error quotes a segment of ours: a connection being opened ends with it, an open one remembers it.
 * Returns whether there was such a connection. Kernel: net/ipv4/tcp_ipv4.c tcp_v4_err().
 */
export function tcpV4Err(
  netns: NetNamespace,
  bytes: Uint8Array,
  ip: number,
  tcp: number,
  errno: string,
  _hard: boolean,
): boolean {
  const sock = netns.tcp.lookup(
    ipSource(bytes, ip),
    tcpSourcePort(bytes, tcp),
    ipDestination(bytes, ip),
    tcpDestinationPort(bytes, tcp),
  );
  if (sock === undefined || sock.closed) return false;
  if (!between(tcpSequence(bytes, tcp), sock.sndUna, sock.sndNxt) || errno === 'EMSGSIZE') return true;
  if (sock.tcpState === 'SYN_SENT' || sock.tcpState === 'SYN_RECV') tcpDone(sock, errno);
  else sock.pendingError = errno;
  return true;
}
