import type { Arena } from '../memory/arena.ts';
import type { MapSpec } from '../spec.ts';
import { copyBytes } from './bytes.ts';
import { EAGAIN, EINVAL, EOPNOTSUPP } from './errno.ts';
import type { MapContext } from './keyed-map.ts';
import type { BpfMap } from './map.ts';

/** A record's header: its length with two flag bits, then the map's id. Kernel: include/uapi/linux/bpf.h. */
const BPF_RINGBUF_BUSY_BIT = 1 << 31;
const BPF_RINGBUF_DISCARD_BIT = 1 << 30;
const HEADER_BYTES = 8;

/** What ringbuf_query may ask. */
const BPF_RB_AVAIL_DATA = 0;
const BPF_RB_RING_SIZE = 1;
const BPF_RB_CONS_POS = 2;
const BPF_RB_PROD_POS = 3;

/**
 * BPF_MAP_TYPE_RINGBUF. Programs reserve, fill and submit records; user space drains them in order of reservation. What
 * does not fit is dropped and counted.
 *
 * Kernel: kernel/bpf/ringbuf.c. Where Linux maps the pages twice so that a record never wraps, the buffer here is twice
 * as long and a record that begins near the end runs into the second half.
 */
export class RingBuffer implements BpfMap {
  readonly #arena: Arena;
  readonly #base: number;
  readonly #size: number;
  #produced = 0;
  #consumed = 0;
  #dropped = 0;

  constructor(
    readonly id: number,
    readonly spec: MapSpec,
    context: MapContext,
  ) {
    this.#arena = context.arena;
    this.#size = spec.maxEntries;
    this.#base = this.#arena.alloc(this.#size * 2);
  }

  /** Records that found no room. */
  get dropped(): number {
    return this.#dropped;
  }

  /** bpf_ringbuf_reserve: address of `size` bytes, or 0. */
  reserve(size: number, flags: number): number {
    if (flags !== 0 || size < 0) return 0;
    const total = (size + HEADER_BYTES + 7) & ~7;
    if (total > this.#size || this.#produced + total - this.#consumed > this.#size - 1) {
      this.#dropped++;
      return 0;
    }
    const at = this.#base + (this.#produced % this.#size);
    this.#produced += total;
    this.#arena.i32[at >> 2] = size | BPF_RINGBUF_BUSY_BIT;
    this.#arena.i32[(at >> 2) + 1] = this.id;
    return at + HEADER_BYTES;
  }

  submit(record: number): void {
    this.#arena.i32[(record - HEADER_BYTES) >> 2]! &= ~BPF_RINGBUF_BUSY_BIT;
  }

  discard(record: number): void {
    const header = (record - HEADER_BYTES) >> 2;
    this.#arena.i32[header] = (this.#arena.i32[header]! & ~BPF_RINGBUF_BUSY_BIT) | BPF_RINGBUF_DISCARD_BIT;
  }

  /** bpf_ringbuf_output: 0 or -errno. `flags` only say whether to wake the reader. */
  output(data: number, size: number, flags: number): number {
    if ((flags & ~3) !== 0) return -EINVAL;
    const record = this.reserve(size, 0);
    if (record === 0) return -EAGAIN;
    copyBytes(this.#arena, record, data, size);
    this.submit(record);
    return 0;
  }

  /** bpf_ringbuf_query: bytes or positions as of now. */
  query(what: number): number {
    if (what === BPF_RB_AVAIL_DATA) return this.#produced - this.#consumed;
    if (what === BPF_RB_RING_SIZE) return this.#size;
    if (what === BPF_RB_CONS_POS) return this.#consumed;
    return what === BPF_RB_PROD_POS ? this.#produced : 0;
  }

  /** Hands a copy of each submitted record to `onRecord`; stops at one still being filled. Returns their number. */
  drain(onRecord: (record: Uint8Array) => void): number {
    let records = 0;
    while (this.#consumed < this.#produced) {
      const at = this.#base + (this.#consumed % this.#size);
      const header = this.#arena.i32[at >> 2]!;
      if ((header & BPF_RINGBUF_BUSY_BIT) !== 0) break;
      const size = header & ~BPF_RINGBUF_DISCARD_BIT;
      this.#consumed += (size + HEADER_BYTES + 7) & ~7;
      if ((header & BPF_RINGBUF_DISCARD_BIT) !== 0) continue;
      records++;
      onRecord(this.#arena.read(at + HEADER_BYTES, size));
    }
    return records;
  }

  destroy(): void {
    this.#arena.free(this.#base, this.#size * 2);
  }

  get lookupPlan(): undefined {
    return undefined;
  }
  lookup(): number {
    return 0;
  }
  update(): number {
    return -EOPNOTSUPP;
  }
  remove(): number {
    return -EOPNOTSUPP;
  }
  get(): undefined {
    return undefined;
  }
  set(): number {
    return -EOPNOTSUPP;
  }
  delete(): number {
    return -EOPNOTSUPP;
  }
  *entries(): IterableIterator<readonly [Uint8Array, Uint8Array]> {}
}

/** Id of the ring buffer that handed out a record. */
export function ringBufferIdOf(arena: Arena, record: number): number {
  return arena.i32[(record - 4) >> 2]!;
}
