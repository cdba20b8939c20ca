import type { NetNamespace } from '../../kernel/net-namespace.ts';
import type { UdpSock } from './udp-sock.ts';

/**
 * The socket for a datagram: one bound to that very address before one bound to any, and among those the one whose
 * peer fits best. Kernel: net/ipv4/udp.c __udp4_lib_lookup(), compute_score(). We depart: no SO_REUSEPORT groups.
 */
export function udp4LibLookup(
  netns: NetNamespace,
  source: number,
  sourcePort: number,
  destination: number,
  destinationPort: number,
): UdpSock | undefined {
  const list = netns.udp.get(destinationPort);
  if (list === undefined) return undefined;
  let best: UdpSock | undefined;
  let bestScore = -1;
  for (let i = 0; i < list.length; i++) {
    const score = computeScore(list[i]!, source, sourcePort, destination);
    if (score > bestScore) {
      bestScore = score;
      best = list[i];
    }
  }
  return best;
}

/** Higher is better, -1 does not fit. A bound address outweighs everything else, as it is looked up first. */
function computeScore(sock: UdpSock, source: number, sourcePort: number, destination: number): number {
  let score = 0;
  if (sock.localAddress !== 0) {
    if (sock.localAddress !== destination) return -1;
    score += 16;
  }
  if (sock.peerAddress !== 0) {
    if (sock.peerAddress !== source) return -1;
    score += 4;
  }
  if (sock.peerPort !== 0) {
    if (sock.peerPort !== sourcePort) return -1;
    score += 4;
  }
  return score;
}
