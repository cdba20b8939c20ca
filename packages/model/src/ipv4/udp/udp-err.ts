import { ipDestination, ipSource, udpDestinationPort, udpSourcePort } from '@sluice/wire';
import type { NetNamespace } from '../../kernel/net-namespace.ts';
import { udp4LibLookup } from './udp4-lib-lookup.ts';

/**
 * An ICMP error quotes a datagram of ours: its socket, if it is connected, returns the error at its next call. Returns
 * whether there was such a socket. Kernel: net/ipv4/udp.c __udp4_lib_err().
 */
export function udpErr(
  netns: NetNamespace,
  bytes: Uint8Array,
  ip: number,
  udp: number,
  errno: string,
  _hard: boolean,
): boolean {
  const source = ipSource(bytes, ip);
  const sock = udp4LibLookup(
    netns,
    ipDestination(bytes, ip),
    udpDestinationPort(bytes, udp),
    source,
    udpSourcePort(bytes, udp),
  );
  if (sock === undefined) return false;
  if (sock.peerPort !== 0) sock.pendingError = errno;
  return true;
}
