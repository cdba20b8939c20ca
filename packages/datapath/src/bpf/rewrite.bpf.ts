import {
  BPF_F_MARK_MANGLED_0,
  BPF_F_PSEUDO_HDR,
  type be16,
  type be32,
  EthHdr,
  htons,
  IPPROTO_TCP,
  IPPROTO_UDP,
  l3CsumReplace,
  l4CsumReplace,
  type SkBuff,
  sizeOf,
  skbStoreBytes,
  type u8,
  type u32,
} from '@sluice/compiler/bpf';
import { DROP_UNKNOWN_L4, DROP_WRITE } from './constants.ts';
import type { Flow } from './records.bpf.ts';

const IP_CHECKSUM = 10;
const IP_SRC = 12;
const IP_DST = 16;
const IP_TTL = 8;
const TCP_CHECKSUM = 16;
const UDP_CHECKSUM = 6;

/** Puts a new source into packet and flow, with all checksums. Returns 0 or a DROP_*. */
export function rewriteSource(ctx: SkBuff, flow: Flow, address: be32, port: be16): u8 {
  const failed = rewrite(ctx, flow, IP_SRC, flow.src, address);
  if (failed !== 0) return failed;
  flow.src = address;
  if (flow.srcPort === port) return 0;
  const portFailed = rewritePort(ctx, flow, 0, flow.srcPort, port);
  flow.srcPort = port;
  return portFailed;
}

/** Puts a new destination into packet and flow, with all checksums. Returns 0 or a DROP_*. */
export function rewriteDestination(ctx: SkBuff, flow: Flow, address: be32, port: be16): u8 {
  const failed = rewrite(ctx, flow, IP_DST, flow.dst, address);
  if (failed !== 0) return failed;
  flow.dst = address;
  if (flow.dstPort === port) return 0;
  const portFailed = rewritePort(ctx, flow, 2, flow.dstPort, port);
  flow.dstPort = port;
  return portFailed;
}

function rewrite(ctx: SkBuff, flow: Flow, field: u32, from: be32, to: be32): u8 {
  const ip: u32 = sizeOf(EthHdr);
  if (flow.protocol === IPPROTO_TCP) {
    if (l4CsumReplace(ctx, flow.l4Offset + TCP_CHECKSUM, from, to, BPF_F_PSEUDO_HDR | 4) < 0) return DROP_WRITE;
  } else if (flow.protocol === IPPROTO_UDP) {
    const flags = BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0 | 4;
    if (l4CsumReplace(ctx, flow.l4Offset + UDP_CHECKSUM, from, to, flags) < 0) return DROP_WRITE;
  }
  if (l3CsumReplace(ctx, ip + IP_CHECKSUM, from, to, 4) < 0) return DROP_WRITE;
  const value: be32 = to;
  return skbStoreBytes(ctx, ip + field, value) < 0 ? DROP_WRITE : 0;
}

function rewritePort(ctx: SkBuff, flow: Flow, field: u32, from: be16, to: be16): u8 {
  if (flow.protocol === IPPROTO_TCP) {
    if (l4CsumReplace(ctx, flow.l4Offset + TCP_CHECKSUM, from, to, 2) < 0) return DROP_WRITE;
  } else if (flow.protocol === IPPROTO_UDP) {
    if (l4CsumReplace(ctx, flow.l4Offset + UDP_CHECKSUM, from, to, BPF_F_MARK_MANGLED_0 | 2) < 0) return DROP_WRITE;
  } else {
    return DROP_UNKNOWN_L4;
  }
  const value: be16 = to;
  return skbStoreBytes(ctx, flow.l4Offset + field, value) < 0 ? DROP_WRITE : 0;
}

/** One hop less to live. The caller has seen that more than one is left. Returns 0 or a DROP_*. */
export function decrementTtl(ctx: SkBuff, flow: Flow): u8 {
  const ip: u32 = sizeOf(EthHdr);
  const before = htons((flow.ttl << 8) | flow.protocol);
  const after = htons(((flow.ttl - 1) << 8) | flow.protocol);
  if (l3CsumReplace(ctx, ip + IP_CHECKSUM, before, after, 2) < 0) return DROP_WRITE;
  const value: be16 = after;
  return skbStoreBytes(ctx, ip + IP_TTL, value) < 0 ? DROP_WRITE : 0;
}
