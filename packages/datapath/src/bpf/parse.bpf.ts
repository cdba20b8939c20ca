import {
  type be16,
  EthHdr,
  htons,
  IcmpHdr,
  IPPROTO_ICMP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  Ipv4Hdr,
  packet,
  type SkBuff,
  sizeOf,
  TcpHdr,
  type u8,
  type u32,
} from '@sluice/compiler/bpf';
import { DROP_FRAGMENT, DROP_INVALID } from './constants.ts';
import type { Flow } from './records.bpf.ts';

export const IPPROTO_SCTP = 132;

/** The first bytes of TCP, UDP and SCTP alike. */
export class Ports {
  src: be16 = 0;
  dst: be16 = 0;
}

const ICMP_ECHO_REPLY = 0;
const ICMP_DEST_UNREACH = 3;
const ICMP_ECHO = 8;
const ICMP_TIME_EXCEEDED = 11;
const ICMP_PARAMETERPROB = 12;

/**
 * Fills the flow from an IPv4 frame. Returns 0, or the DROP_* that the frame earns. An echo's identifier stands for the
 * asking side's port. Later fragments carry no ports, so their connection cannot be known: they are refused.
 */
export function parseIpv4(ctx: SkBuff, flow: Flow): u8 {
  flow.length = ctx.len;
  flow.ifindex = ctx.ifindex;
  const ip = packet(ctx, sizeOf(EthHdr), Ipv4Hdr);
  if (ip === null) return DROP_INVALID;
  const headerBytes: u32 = (ip.versionIhl & 0x0f) * 4;
  if (headerBytes < 20) return DROP_INVALID;
  flow.src = ip.src;
  flow.dst = ip.dst;
  flow.protocol = ip.protocol;
  flow.ttl = ip.ttl;
  flow.l4Offset = sizeOf(EthHdr) + headerBytes;
  if ((ip.fragment & htons(0x1fff)) !== 0) return DROP_FRAGMENT;
  if (flow.protocol === IPPROTO_ICMP) return parseIcmp(ctx, flow);
  if (!hasPorts(flow.protocol)) return 0;
  const ports = packet(ctx, flow.l4Offset, Ports);
  if (ports === null) return DROP_INVALID;
  flow.srcPort = ports.src;
  flow.dstPort = ports.dst;
  if (flow.protocol === IPPROTO_TCP) {
    const tcp = packet(ctx, flow.l4Offset, TcpHdr);
    if (tcp === null) return DROP_INVALID;
    flow.tcpFlags = tcp.flags;
  }
  return 0;
}

function hasPorts(protocol: u8): boolean {
  return protocol === IPPROTO_TCP || protocol === IPPROTO_UDP || protocol === IPPROTO_SCTP;
}

function parseIcmp(ctx: SkBuff, flow: Flow): u8 {
  const icmp = packet(ctx, flow.l4Offset, IcmpHdr);
  if (icmp === null) return DROP_INVALID;
  if (icmp.type === ICMP_ECHO) flow.srcPort = icmp.id;
  if (icmp.type === ICMP_ECHO_REPLY) flow.dstPort = icmp.id;
  if (icmp.type === ICMP_DEST_UNREACH || icmp.type === ICMP_TIME_EXCEEDED || icmp.type === ICMP_PARAMETERPROB) {
    return parseInner(ctx, flow);
  }
  return 0;
}

/** The packet that an ICMP error quotes: its IP header and at least eight bytes more (RFC 792). */
function parseInner(ctx: SkBuff, flow: Flow): u8 {
  const innerOffset = flow.l4Offset + sizeOf(IcmpHdr);
  const inner = packet(ctx, innerOffset, Ipv4Hdr);
  if (inner === null) return 0;
  const headerBytes: u32 = (inner.versionIhl & 0x0f) * 4;
  flow.innerSrc = inner.src;
  flow.innerDst = inner.dst;
  flow.innerProtocol = inner.protocol;
  flow.related = 1;
  if (!hasPorts(flow.innerProtocol)) return 0;
  const ports = packet(ctx, innerOffset + headerBytes, Ports);
  if (ports === null) return 0;
  flow.innerSrcPort = ports.src;
  flow.innerDstPort = ports.dst;
  return 0;
}
