import { BPF_ANY, IPPROTO_TCP, ktimeGetNs, u64 as toU64, type u8, type u32, type u64 } from '@sluice/compiler/bpf';
import { CT_CLOSING, CT_ESTABLISHED, CT_IN, CT_NEW, CT_OUT, CT_RELATED, CT_REPLY } from './constants.ts';
import { conntrack } from './maps.bpf.ts';
import { ConnEntry, ConnKey, type Flow } from './records.bpf.ts';

const TCP_FIN_OR_RST = 0x05;
const TCP_SYN = 0x02;

const SECOND = 1_000_000_000n;
const LIFETIME_TCP = 21_600n * SECOND;
const LIFETIME_TCP_SYN = 60n * SECOND;
const LIFETIME_TCP_CLOSING = 10n * SECOND;
const LIFETIME_OTHER = 60n * SECOND;

/** Key of the connection in the packet's own sense. */
export function forwardKey(flow: Flow, key: ConnKey, direction: u8): void {
  key.src = flow.src;
  key.dst = flow.dst;
  key.srcPort = flow.srcPort;
  key.dstPort = flow.dstPort;
  key.protocol = flow.protocol;
  key.direction = direction;
}

/** Key of the connection that this packet answers; for an ICMP error, that of the packet it quotes. */
export function answeredKey(flow: Flow, key: ConnKey, direction: u8): void {
  key.direction = direction;
  if (flow.related !== 0) {
    key.src = flow.innerSrc;
    key.dst = flow.innerDst;
    key.srcPort = flow.innerSrcPort;
    key.dstPort = flow.innerDstPort;
    key.protocol = flow.innerProtocol;
    return;
  }
  key.src = flow.dst;
  key.dst = flow.src;
  key.srcPort = flow.dstPort;
  key.dstPort = flow.srcPort;
  key.protocol = flow.protocol;
}

/**
 * Finds the packet's connection. `side` is CT_OUT where the packet leaves a Pod, CT_IN where it reaches one. Answers
 * are looked for first, so that they need no policy. Sets `flow.service` from the entry. Returns CT_NEW and the like.
 */
export function conntrackLookup(flow: Flow, side: u8): u8 {
  const now = ktimeGetNs();
  const key = new ConnKey();
  answeredKey(flow, key, side === CT_OUT ? CT_IN : CT_OUT);
  const answered = conntrack.lookup(key);
  if (answered !== null && answered.expires > now) {
    touch(flow, answered, now);
    flow.service = answered.service;
    return flow.related !== 0 ? CT_RELATED : CT_REPLY;
  }
  forwardKey(flow, key, side);
  const own = conntrack.lookup(key);
  if (own !== null && own.expires > now) {
    touch(flow, own, now);
    return CT_ESTABLISHED;
  }
  return CT_NEW;
}

/** Opens an entry for the packet's connection. Returns 0 or a negative errno. */
export function conntrackCreate(flow: Flow, direction: u8, backend: u32): number {
  const key = new ConnKey();
  forwardKey(flow, key, direction);
  const entry = new ConnEntry();
  entry.expires = ktimeGetNs() + lifetime(flow, false);
  entry.packets = 1n;
  entry.bytes = toU64(flow.length);
  entry.backend = backend;
  entry.service = flow.service;
  return conntrack.update(key, entry, BPF_ANY);
}

function touch(flow: Flow, entry: ConnEntry, now: u64): void {
  if (flow.protocol === IPPROTO_TCP && (flow.tcpFlags & TCP_FIN_OR_RST) !== 0) entry.flags |= CT_CLOSING;
  entry.expires = now + lifetime(flow, (entry.flags & CT_CLOSING) !== 0);
  entry.packets += 1n;
  entry.bytes += toU64(flow.length);
}

function lifetime(flow: Flow, closing: boolean): u64 {
  if (flow.protocol !== IPPROTO_TCP) return LIFETIME_OTHER;
  if (closing) return LIFETIME_TCP_CLOSING;
  return (flow.tcpFlags & TCP_SYN) !== 0 ? LIFETIME_TCP_SYN : LIFETIME_TCP;
}
