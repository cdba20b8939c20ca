import type { Arena } from '@sluice/ebpf';
import type { NetDevice } from '../core/net-device.ts';
import type { DropReason } from '../drop-reasons.ts';
import type { Dst } from '../ipv4/dst.ts';
import type { Sock } from '../socket/sock.ts';
import type { Tracer } from '../trace/tracer.ts';
import * as F from './sk-buff-fields.ts';
import type { SkbPool } from './skb-pool.ts';

/** Kernel: PACKET_HOST and its fellows, what `pkt_type` says of the link-layer destination. */
export const PACKET_HOST = 0;
export const PACKET_BROADCAST = 1;
export const PACKET_MULTICAST = 2;
export const PACKET_OTHERHOST = 3;
export const PACKET_OUTGOING = 4;

/** The checksum has not been verified. */
export const CHECKSUM_NONE = 0;
/** It has: by hardware, by GRO, or because it never left this memory. */
export const CHECKSUM_UNNECESSARY = 1;
/** The packet was made on this machine: whoever receives it here need not look at its checksum. */
export const CHECKSUM_PARTIAL = 3;

/**
 * A packet on its way. Its bytes lie in one arena buffer, `data`…`tail`; header fields are addresses in the arena, 0
 * where not set. The fields that BPF programs see lie in the arena too, in the layout of `struct __sk_buff`, so that
 * programs and kernel share them without copying. Objects are pooled: nobody keeps one after handing it on.
 *
 * Kernel: include/linux/skbuff.h struct sk_buff. We depart: all bytes are linear, there are no fragments or clones.
 */
export class SkBuff {
  next: SkBuff | null = null;
  /** Start of the buffer, and its size. */
  head = 0;
  size = 0;
  data = 0;
  tail = 0;
  macHeader = 0;
  networkHeader = 0;
  transportHeader = 0;
  macBytes = 0;
  ipSummed = CHECKSUM_NONE;
  /** Payload bytes per segment where this packet stands for several (GRO), else 0. */
  gsoBytes = 0;
  gsoSegments = 0;
  /** Bytes that an XDP program left before the packet. */
  metaBytes = 0;
  dst: Dst | null = null;
  sk: Sock | null = null;
  dev!: NetDevice;
  /** Set where tc sent it here: not to be classified a second time. */
  tcAtIngress = false;
  redirected = false;
  /** Device that tc or XDP chose. */
  target: NetDevice | null = null;
  /** Address of the next hop where a program named one; 0 where it did not. */
  nextHop = 0;
  inputInterface = 0;
  timeNs = 0;
  /** TCP: first sequence number, the one after the last, acknowledgment, flags. Kernel: TCP_SKB_CB. */
  seq = 0;
  endSeq = 0;
  ackSeq = 0;
  tcpFlags = 0;
  reason: DropReason = 'NOT_SPECIFIED';
  missing = '';
  packetId = 0;
  trace: Tracer | null = null;
  readonly pool: SkbPool;
  /** Address of this packet's `struct __sk_buff`. */
  readonly ctx: number;
  readonly arena: Arena;
  readonly bytes: Uint8Array;
  readonly #u32: Uint32Array;
  readonly #word: number;

  constructor(pool: SkbPool, arena: Arena) {
    this.pool = pool;
    this.arena = arena;
    this.bytes = arena.u8;
    this.ctx = arena.alloc(F.SK_BUFF_CONTEXT_BYTES);
    this.#u32 = arena.u32;
    this.#word = this.ctx >>> 2;
  }

  get len(): number {
    return this.tail - this.data;
  }

  get headroom(): number {
    return this.data - this.head;
  }

  get tailroom(): number {
    return this.head + this.size - this.tail;
  }

  /** Makes room for `bytes` before the data. */
  push(bytes: number): void {
    this.data -= bytes;
  }

  /** Takes `bytes` off the front of the data. */
  pull(bytes: number): void {
    this.data += bytes;
  }

  /** One 32-bit word of the context; `field` is one of SKB_* (a byte offset divided by four). */
  word(field: number): number {
    return this.#u32[this.#word + field]!;
  }

  setWord(field: number, value: number): void {
    this.#u32[this.#word + field] = value;
  }

  get mark(): number {
    return this.#u32[this.#word + F.SKB_MARK]!;
  }

  set mark(value: number) {
    this.#u32[this.#word + F.SKB_MARK] = value;
  }

  get priority(): number {
    return this.#u32[this.#word + F.SKB_PRIORITY]!;
  }

  set priority(value: number) {
    this.#u32[this.#word + F.SKB_PRIORITY] = value;
  }

  get pktType(): number {
    return this.#u32[this.#word + F.SKB_PKT_TYPE]!;
  }

  set pktType(value: number) {
    this.#u32[this.#word + F.SKB_PKT_TYPE] = value;
  }

  /** EtherType in host order; the context holds it in network order, as the kernel does. */
  get protocol(): number {
    const value = this.#u32[this.#word + F.SKB_PROTOCOL]!;
    return ((value & 0xff) << 8) | (value >>> 8);
  }

  set protocol(value: number) {
    this.#u32[this.#word + F.SKB_PROTOCOL] = ((value & 0xff) << 8) | (value >>> 8);
  }

  get hash(): number {
    return this.#u32[this.#word + F.SKB_HASH]!;
  }

  set hash(value: number) {
    this.#u32[this.#word + F.SKB_HASH] = value;
  }

  get queueMapping(): number {
    return this.#u32[this.#word + F.SKB_QUEUE_MAPPING]!;
  }

  set queueMapping(value: number) {
    this.#u32[this.#word + F.SKB_QUEUE_MAPPING] = value;
  }

  /** Forgets everything but buffer and pool. Kernel: the memset in __build_skb_around(). */
  reset(): void {
    this.next = null;
    this.macHeader = 0;
    this.networkHeader = 0;
    this.transportHeader = 0;
    this.macBytes = 0;
    this.ipSummed = CHECKSUM_NONE;
    this.gsoBytes = 0;
    this.gsoSegments = 0;
    this.metaBytes = 0;
    this.dst = null;
    this.sk = null;
    this.tcAtIngress = false;
    this.redirected = false;
    this.target = null;
    this.nextHop = 0;
    this.inputInterface = 0;
    this.packetId = 0;
    this.trace = null;
    const end = this.#word + F.SK_BUFF_CONTEXT_BYTES / 4;
    for (let i = this.#word; i < end; i++) this.#u32[i] = 0;
  }
}
