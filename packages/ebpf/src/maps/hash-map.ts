import { BPF_EXIST, BPF_NOEXIST } from '../abi/map-types.ts';
import type { MapSpec } from '../spec.ts';
import { copyBytes, hashBytes, sameBytes } from './bytes.ts';
import { E2BIG, EEXIST, EINVAL, ENOENT } from './errno.ts';
import { KeyedMap, type MapContext } from './keyed-map.ts';
import {
  ELEMENT_HASH,
  ELEMENT_KEY,
  ELEMENT_NEXT,
  type LookupPlan,
  TABLE_BUCKETS,
  TABLE_BYTES,
  TABLE_MASK,
} from './lookup-plan.ts';

const BUCKETS_MIN = 64;
const CHUNK_ELEMENTS_MIN = 32;
const CHUNK_ELEMENTS_MAX = 4096;

/**
 * BPF_MAP_TYPE_HASH and PERCPU_HASH: chained buckets in the arena. Elements come from chunks that are allocated as the
 * map grows, and never move, so a program's pointer to a value stays good.
 *
 * Kernel: kernel/bpf/hashtab.c. Departure: an update of an existing key writes in place instead of swapping elements,
 * and memory is never all taken at creation.
 */
export class HashMap extends KeyedMap {
  /** Address of the words that compiled code reads. */
  protected readonly table: number;
  /** Address of the first bucket; a bucket is the address of its first element, or 0. */
  #buckets: number;
  #mask: number;
  #count = 0;
  #freeList = 0;
  #made = 0;
  readonly #max: number;
  readonly #chunks: { address: number; bytes: number }[] = [];
  protected readonly valueOffset: number;
  readonly #elementBytes: number;

  constructor(id: number, spec: MapSpec, context: MapContext) {
    super(id, spec, context);
    this.#max = spec.maxEntries;
    this.valueOffset = ELEMENT_KEY + ((spec.keySize + 7) & ~7);
    this.#elementBytes = this.valueOffset + this.areaSize;
    this.#buckets = this.arena.alloc(BUCKETS_MIN * 4);
    this.#mask = BUCKETS_MIN - 1;
    this.table = this.arena.alloc(TABLE_BYTES);
    this.#publish();
  }

  override get lookupPlan(): LookupPlan | undefined {
    if (this.perCpu) return undefined;
    const { keySize, valueOffset, table } = this;
    return { kind: 'hash', table, keySize, valueOffset, lru: this.isLru };
  }

  protected get isLru(): boolean {
    return false;
  }

  /** Entries there are now. */
  get size(): number {
    return this.#count;
  }

  /** The element of a key, or 0. */
  protected element(key: number): number {
    const i32 = this.arena.i32;
    const hash = hashBytes(this.arena, key, this.keySize);
    let at = i32[(this.#buckets >> 2) + (hash & this.#mask)]!;
    while (at !== 0) {
      if (i32[(at + ELEMENT_HASH) >> 2] === hash && sameBytes(this.arena, at + ELEMENT_KEY, key, this.keySize))
        return at;
      at = i32[(at + ELEMENT_NEXT) >> 2]!;
    }
    return 0;
  }

  protected find(key: number): number {
    const at = this.element(key);
    return at === 0 ? 0 : at + this.valueOffset;
  }

  protected put(key: number, flags: number): number {
    if (flags > BPF_EXIST) return -EINVAL;
    const there = this.element(key);
    if (there !== 0) {
      if (flags === BPF_NOEXIST) return -EEXIST;
      this.touched(there);
      return there + this.valueOffset;
    }
    if (flags === BPF_EXIST) return -ENOENT;
    if (this.#count >= this.#max && !this.makeRoom()) return -E2BIG;
    const at = this.#take();
    copyBytes(this.arena, at + ELEMENT_KEY, key, this.keySize);
    if (this.perCpu) this.arena.u8.fill(0, at + this.valueOffset, at + this.#elementBytes);
    this.#link(at);
    this.added(at);
    return at + this.valueOffset;
  }

  remove(key: number): number {
    const at = this.element(key);
    if (at === 0) return -ENOENT;
    this.drop(at);
    return 0;
  }

  /** An existing element was used; LRU maps note its age. */
  protected touched(_element: number): void {}
  protected added(_element: number): void {}
  protected dropped(_element: number): void {}
  /** The map is full: drop an entry if the map's kind does that. */
  protected makeRoom(): boolean {
    return false;
  }

  /** Unlinks an element and keeps its memory for the next one. */
  protected drop(at: number): void {
    const i32 = this.arena.i32;
    let link = this.#buckets + ((i32[(at + ELEMENT_HASH) >> 2]! & this.#mask) << 2);
    while (i32[link >> 2] !== at) link = i32[link >> 2]!;
    i32[link >> 2] = i32[(at + ELEMENT_NEXT) >> 2]!;
    i32[(at + ELEMENT_NEXT) >> 2] = this.#freeList;
    this.#freeList = at;
    this.#count--;
    this.dropped(at);
  }

  protected keyAddresses(): number[] {
    const i32 = this.arena.i32;
    const keys: number[] = [];
    for (let bucket = 0; bucket <= this.#mask; bucket++) {
      for (let at = i32[(this.#buckets >> 2) + bucket]!; at !== 0; at = i32[(at + ELEMENT_NEXT) >> 2]!)
        keys.push(at + ELEMENT_KEY);
    }
    return keys;
  }

  override destroy(): void {
    super.destroy();
    this.arena.free(this.table, TABLE_BYTES);
    this.arena.free(this.#buckets, (this.#mask + 1) * 4);
    for (const chunk of this.#chunks) this.arena.free(chunk.address, chunk.bytes);
  }

  #link(at: number): void {
    if (this.#count > this.#mask) this.#grow();
    const i32 = this.arena.i32;
    const hash = hashBytes(this.arena, at + ELEMENT_KEY, this.keySize);
    const bucket = (this.#buckets >> 2) + (hash & this.#mask);
    i32[(at + ELEMENT_HASH) >> 2] = hash;
    i32[(at + ELEMENT_NEXT) >> 2] = i32[bucket]!;
    i32[bucket] = at;
    this.#count++;
  }

  #grow(): void {
    const i32 = this.arena.i32;
    const elements = this.keyAddresses().map((key) => key - ELEMENT_KEY);
    this.arena.free(this.#buckets, (this.#mask + 1) * 4);
    this.#mask = this.#mask * 2 + 1;
    this.#buckets = this.arena.alloc((this.#mask + 1) * 4);
    this.#publish();
    for (const at of elements) {
      const bucket = (this.#buckets >> 2) + (i32[(at + ELEMENT_HASH) >> 2]! & this.#mask);
      i32[(at + ELEMENT_NEXT) >> 2] = i32[bucket]!;
      i32[bucket] = at;
    }
  }

  #publish(): void {
    this.arena.i32[(this.table + TABLE_BUCKETS) >> 2] = this.#buckets;
    this.arena.i32[(this.table + TABLE_MASK) >> 2] = this.#mask;
  }

  #take(): number {
    if (this.#freeList === 0) this.#addChunk();
    const at = this.#freeList;
    this.#freeList = this.arena.i32[(at + ELEMENT_NEXT) >> 2]!;
    return at;
  }

  #addChunk(): void {
    const wanted = Math.max(CHUNK_ELEMENTS_MIN, Math.min(CHUNK_ELEMENTS_MAX, this.#made));
    const elements = Math.min(wanted, this.#max - this.#made);
    const bytes = elements * this.#elementBytes;
    const address = this.arena.alloc(bytes);
    this.#chunks.push({ address, bytes });
    this.#made += elements;
    for (let at = address + bytes - this.#elementBytes; at >= address; at -= this.#elementBytes) {
      this.arena.i32[(at + ELEMENT_NEXT) >> 2] = this.#freeList;
      this.#freeList = at;
    }
  }
}
