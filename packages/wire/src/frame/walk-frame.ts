import { be16At } from '../bytes/big-endian.ts';
import { checkArp } from '../header/arp.ts';
import { ETH_P_8021AD, ETH_P_8021Q, ETH_P_ARP, ETH_P_IP, ETH_P_IPV6 } from '../header/ether-types.ts';
import { checkEthernet, ETH_HLEN, etherType } from '../header/ethernet.ts';
import { checkIcmp, ICMP_DEST_UNREACH, ICMP_HLEN, ICMP_TIME_EXCEEDED, icmpType } from '../header/icmp.ts';
import { IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP } from '../header/ip-protocols.ts';
import {
  checkIpv4,
  IP_OFFSET,
  IPV4_HLEN,
  ipFragment,
  ipHeaderBytes,
  ipProtocol,
  ipTotalLength,
} from '../header/ipv4.ts';
import { checkIpv6, IPV6_HLEN } from '../header/ipv6.ts';
import { checkTcp, tcpHeaderBytes } from '../header/tcp.ts';
import { checkUdp, UDP_HLEN } from '../header/udp.ts';

export type LayerKind = 'ethernet' | 'vlan' | 'arp' | 'ipv4' | 'ipv6' | 'icmp' | 'udp' | 'tcp' | 'payload';

/** One header in a frame: where it starts and where what follows it starts. */
export interface FrameLayer {
  readonly kind: LayerKind;
  readonly at: number;
  readonly end: number;
  /** What is wrong with it, where something is; nothing follows such a header but a payload. */
  readonly problem?: string;
}

/**
 * The headers of a frame in order, ending with the payload where there is one. Never throws. An ICMP error's quoted
 * packet is payload.
 */
export function walkFrame(bytes: Uint8Array, starts: 'ethernet' | 'ip' = 'ethernet'): readonly FrameLayer[] {
  const layers: FrameLayer[] = [];
  let next: LayerKind = starts === 'ethernet' ? 'ethernet' : (bytes[0] ?? 0x40) >>> 4 === 6 ? 'ipv6' : 'ipv4';
  let at = 0;
  let end = bytes.length;
  while (next !== 'payload') {
    const problem = problemOf(next, bytes, at, end);
    if (problem !== undefined && !isChecksumProblem(problem)) {
      layers.push({ kind: next, at, end, problem });
      return layers;
    }
    const after: number = Math.min(end, at + headerBytesOf(next, bytes, at));
    layers.push({ kind: next, at, end: after, ...(problem === undefined ? {} : { problem }) });
    if (next === 'ipv4') end = Math.min(end, at + ipTotalLength(bytes, at));
    next = following(next, bytes, at);
    at = after;
  }
  if (at < end) layers.push({ kind: 'payload', at, end });
  return layers;
}

const isChecksumProblem = (problem: string): boolean => problem.includes('checksum');

function problemOf(kind: LayerKind, bytes: Uint8Array, at: number, end: number): string | undefined {
  switch (kind) {
    case 'ethernet':
      return checkEthernet(at, end);
    case 'vlan':
      return end - at < 4 ? 'VLAN tag is cut off' : undefined;
    case 'arp':
      return checkArp(bytes, at, end);
    case 'ipv4':
      return checkIpv4(bytes, at, end);
    case 'ipv6':
      return checkIpv6(bytes, at, end);
    case 'icmp':
      return checkIcmp(bytes, at, end);
    case 'udp':
      return checkUdp(bytes, at, end);
    case 'tcp':
      return checkTcp(bytes, at, end);
    case 'payload':
      return undefined;
    default:
      return kind satisfies never;
  }
}

function headerBytesOf(kind: LayerKind, bytes: Uint8Array, at: number): number {
  switch (kind) {
    case 'ethernet':
      return ETH_HLEN;
    case 'vlan':
      return 4;
    case 'arp':
      return 28;
    case 'ipv4':
      return Math.max(IPV4_HLEN, ipHeaderBytes(bytes, at));
    case 'ipv6':
      return IPV6_HLEN;
    case 'icmp':
      return ICMP_HLEN;
    case 'udp':
      return UDP_HLEN;
    case 'tcp':
      return tcpHeaderBytes(bytes, at);
    case 'payload':
      return 0;
    default:
      return kind satisfies never;
  }
}

function following(kind: LayerKind, bytes: Uint8Array, at: number): LayerKind {
  if (kind === 'ethernet') return byEtherType(etherType(bytes, at));
  if (kind === 'vlan') return byEtherType(be16At(bytes, at + 2));
  if (kind !== 'ipv4' || (ipFragment(bytes, at) & IP_OFFSET) !== 0) return 'payload';
  const protocol = ipProtocol(bytes, at);
  if (protocol === IPPROTO_TCP) return 'tcp';
  if (protocol === IPPROTO_UDP) return 'udp';
  return protocol === IPPROTO_ICMP ? 'icmp' : 'payload';
}

function byEtherType(type: number): LayerKind {
  if (type === ETH_P_IP) return 'ipv4';
  if (type === ETH_P_ARP) return 'arp';
  if (type === ETH_P_IPV6) return 'ipv6';
  return type === ETH_P_8021Q || type === ETH_P_8021AD ? 'vlan' : 'payload';
}

/** Whether the ICMP message at `at` quotes the packet that caused it. */
export const icmpQuotesPacket = (bytes: Uint8Array, at: number): boolean =>
  icmpType(bytes, at) === ICMP_DEST_UNREACH || icmpType(bytes, at) === ICMP_TIME_EXCEEDED;
