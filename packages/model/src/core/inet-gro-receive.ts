import {
  be32At,
  copyBytes,
  IPPROTO_TCP,
  ipDestination,
  ipHeaderBytes,
  ipSource,
  ipTos,
  ipTotalLength,
  ipTtl,
  isFragment,
  pseudoHeaderSum,
  setTcpFlags,
  TCP_ACK,
  TCP_CWR,
  TCP_FIN,
  TCP_PSH,
  TCP_RST,
  TCP_SYN,
  TCP_URG,
  tcpAcknowledgment,
  tcpFlags,
  tcpHeaderBytes,
  tcpSequence,
  verifyChecksum,
} from '@sluice/wire';
import { LARGE_BUFFER_BYTES } from '../skb/buffer-pool.ts';
import { CHECKSUM_NONE, type SkBuff } from '../skb/sk-buff.ts';
import { skbExpand } from '../skb/skb-expand.ts';
import type { Napi } from './napi.ts';

/** What came of a segment; one object is reused. */
export interface GroAnswer {
  /** Its payload was appended to a held packet; the segment itself is done with. */
  merged: boolean;
  /** A held packet that must go up now, before this one. */
  flush: SkBuff | undefined;
  /** It may be held itself. */
  hold: boolean;
}

/** IP packets have a length of 16 bits. */
const IP_BYTES_MAX = 65535;

/**
 * Looks for a held packet that this segment continues, and appends to it. The rules are those of the kernel: same
 * addresses, ports, TTL and TOS, next sequence number, same acknowledgment and options, no larger than the first, and
 * nothing but FIN and PSH different in the flags. Kernel: net/ipv4/af_inet.c inet_gro_receive(), net/ipv4/tcp_offload.c
 * tcp4_gro_receive(), tcp_gro_receive(). Row B4.
 */
export function inetGroReceive(napi: Napi, skb: SkBuff, answer: GroAnswer): void {
  answer.merged = false;
  answer.flush = undefined;
  answer.hold = false;
  const { bytes, data: ip } = skb;
  const headerBytes = ipHeaderBytes(bytes, ip);
  const total = ipTotalLength(bytes, ip);
  if (headerBytes !== 20 || isFragment(bytes, ip) || total !== skb.len || !verifyChecksum(bytes, ip, 20)) return;
  const tcp = ip + headerBytes;
  const tcpBytes = tcpHeaderBytes(bytes, tcp);
  const length = total - headerBytes;
  if (tcpBytes < 20 || tcpBytes > length) return;
  if (skb.ipSummed === CHECKSUM_NONE) {
    if (
      !verifyChecksum(
        bytes,
        tcp,
        length,
        pseudoHeaderSum(ipSource(bytes, ip), ipDestination(bytes, ip), IPPROTO_TCP, length),
      )
    )
      return;
  }
  skb.tail = ip + total;
  skb.transportHeader = tcp;
  const payload = length - tcpBytes;
  const held = sameFlow(napi, skb, tcp);
  const flags = tcpFlags(bytes, tcp);
  const ends = (flags & (TCP_URG | TCP_PSH | TCP_RST | TCP_SYN | TCP_FIN)) !== 0;
  if (held === undefined) {
    answer.hold = !ends && payload > 0;
    return;
  }
  const segment = held.gsoBytes !== 0 ? held.gsoBytes : payloadOf(held);
  if (!continues(held, skb, tcp, tcpBytes, payload, segment) || !append(held, skb, tcp + tcpBytes, payload, segment)) {
    answer.flush = held;
    answer.hold = !ends && payload > 0;
    return;
  }
  setTcpFlags(bytes, held.transportHeader, tcpFlags(bytes, held.transportHeader) | (flags & (TCP_FIN | TCP_PSH)));
  answer.merged = true;
  if (skb.trace !== null) skb.trace.detail(`merged into packet ${held.packetId}, now ${held.gsoSegments} segments`);
  if (ends || payload < segment) answer.flush = held;
}

function sameFlow(napi: Napi, skb: SkBuff, tcp: number): SkBuff | undefined {
  const { bytes, data: ip } = skb;
  for (const held of napi.groHeld) {
    const other = held.networkHeader;
    if (
      held.dev === skb.dev &&
      be32At(bytes, other + 12) === be32At(bytes, ip + 12) &&
      be32At(bytes, other + 16) === be32At(bytes, ip + 16) &&
      be32At(bytes, held.transportHeader) === be32At(bytes, tcp)
    ) {
      return held;
    }
  }
  return undefined;
}

const payloadOf = (held: SkBuff): number =>
  held.tail - held.transportHeader - tcpHeaderBytes(held.bytes, held.transportHeader);

function continues(
  held: SkBuff,
  skb: SkBuff,
  tcp: number,
  tcpBytes: number,
  payload: number,
  segment: number,
): boolean {
  const { bytes, data: ip } = skb;
  const first = held.transportHeader;
  const changed = (tcpFlags(bytes, tcp) ^ tcpFlags(bytes, first)) & ~(TCP_CWR | TCP_FIN | TCP_PSH);
  if (changed !== 0 || (tcpFlags(bytes, tcp) & TCP_CWR) !== 0 || (tcpFlags(bytes, tcp) & TCP_ACK) === 0) return false;
  if (ipTtl(bytes, ip) !== ipTtl(bytes, held.networkHeader) || ipTos(bytes, ip) !== ipTos(bytes, held.networkHeader))
    return false;
  if (tcpHeaderBytes(bytes, first) !== tcpBytes || tcpAcknowledgment(bytes, first) !== tcpAcknowledgment(bytes, tcp))
    return false;
  for (let i = 20; i < tcpBytes; i += 4) if (be32At(bytes, first + i) !== be32At(bytes, tcp + i)) return false;
  if (payload === 0 || payload > segment) return false;
  return (tcpSequence(bytes, first) + payloadOf(held)) >>> 0 === tcpSequence(bytes, tcp);
}

/** Kernel: skb_gro_receive(). We depart: bytes are copied behind the held packet's, not linked. */
function append(held: SkBuff, skb: SkBuff, from: number, payload: number, segment: number): boolean {
  if (held.tail + payload - held.networkHeader > IP_BYTES_MAX) return false;
  if (held.size !== LARGE_BUFFER_BYTES && !skbExpand(held, 0, IP_BYTES_MAX - held.len)) return false;
  copyBytes(skb.bytes, from, skb.bytes, held.tail, payload);
  held.tail += payload;
  held.gsoBytes = segment;
  held.gsoSegments = (held.gsoSegments === 0 ? 1 : held.gsoSegments) + 1;
  return true;
}
