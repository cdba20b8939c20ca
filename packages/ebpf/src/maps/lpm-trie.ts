import { BPF_EXIST, BPF_NOEXIST } from '../abi/map-types.ts';
import type { MapSpec } from '../spec.ts';
import { loadWord } from './bytes.ts';
import { EEXIST, EINVAL, ENOENT, ENOSPC } from './errno.ts';
import { KeyedMap, type MapContext } from './keyed-map.ts';

/** Words at a node's start: the two children, whether it holds a value. Then the key (length first), then the value. */
const LEFT = 0;
const FILLED = 2;
const HEADER_BYTES = 16;

/**
 * BPF_MAP_TYPE_LPM_TRIE: a key is a 32-bit prefix length and then the bits, most significant first. Lookup finds the
 * longest stored prefix of the key. A path-compressed binary trie.
 *
 * Kernel: kernel/bpf/lpm_trie.c.
 */
export class LpmTrie extends KeyedMap {
  #root = 0;
  #count = 0;
  readonly #bitsMax: number;
  readonly #valueOffset: number;
  readonly #nodeBytes: number;

  constructor(id: number, spec: MapSpec, context: MapContext) {
    super(id, spec, context);
    this.#bitsMax = (spec.keySize - 4) * 8;
    this.#valueOffset = HEADER_BYTES + ((spec.keySize + 7) & ~7);
    this.#nodeBytes = this.#valueOffset + this.stride;
  }

  /** Longest stored prefix of the key: that is what a program's lookup and the system call's find alike. */
  protected find(key: number): number {
    const i32 = this.arena.i32;
    const length = loadWord(this.arena, key) >>> 0;
    if (length > this.#bitsMax) return 0;
    let best = 0;
    let node = this.#root;
    while (node !== 0) {
      const nodeLength = i32[(node + HEADER_BYTES) >> 2]!;
      if (nodeLength > length || this.#common(node, key, nodeLength) < nodeLength) break;
      if (i32[(node >> 2) + FILLED] !== 0) best = node;
      if (nodeLength === this.#bitsMax) break;
      node = i32[(node >> 2) + LEFT + this.#bit(key, nodeLength)]!;
    }
    return best === 0 ? 0 : best + this.#valueOffset;
  }

  protected put(key: number, flags: number): number {
    if (flags > BPF_EXIST) return -EINVAL;
    const length = loadWord(this.arena, key) >>> 0;
    if (length > this.#bitsMax) return -EINVAL;
    const i32 = this.arena.i32;
    const link = this.#descend(key, length);
    const there = this.#at(link);
    const shared = there === 0 ? 0 : this.#common(there, key, Math.min(length, this.#lengthOf(there)));
    if (there !== 0 && shared === length && this.#lengthOf(there) === length) {
      const filled = i32[(there >> 2) + FILLED] !== 0;
      if (filled && flags === BPF_NOEXIST) return -EEXIST;
      if (!filled) {
        if (flags === BPF_EXIST) return -ENOENT;
        if (this.#count >= this.spec.maxEntries) return -ENOSPC;
        i32[(there >> 2) + FILLED] = 1;
        this.#count++;
      }
      return there + this.#valueOffset;
    }
    if (flags === BPF_EXIST) return -ENOENT;
    if (this.#count >= this.spec.maxEntries) return -ENOSPC;
    const node = this.#make(key, length, 1);
    this.#count++;
    if (there === 0) this.#setLink(link, node);
    else if (shared === length) {
      i32[(node >> 2) + LEFT + this.#bit(there + HEADER_BYTES, length)] = there;
      this.#setLink(link, node);
    } else {
      const fork = this.#make(key, shared, 0);
      i32[(fork >> 2) + LEFT + this.#bit(key, shared)] = node;
      i32[(fork >> 2) + LEFT + (1 - this.#bit(key, shared))] = there;
      this.#setLink(link, fork);
    }
    return node + this.#valueOffset;
  }

  remove(key: number): number {
    const length = loadWord(this.arena, key) >>> 0;
    if (length > this.#bitsMax) return -EINVAL;
    const i32 = this.arena.i32;
    let parentLink = -1;
    let link = 0;
    let node = this.#root;
    while (node !== 0) {
      const nodeLength = this.#lengthOf(node);
      if (nodeLength > length || this.#common(node, key, nodeLength) < nodeLength) return -ENOENT;
      if (nodeLength === length) break;
      parentLink = link;
      link = (node >> 2) + LEFT + this.#bit(key, nodeLength);
      node = i32[link]!;
    }
    if (node === 0 || i32[(node >> 2) + FILLED] === 0) return -ENOENT;
    this.#count--;
    const left = i32[(node >> 2) + LEFT]!;
    const right = i32[(node >> 2) + LEFT + 1]!;
    if (left !== 0 && right !== 0) {
      i32[(node >> 2) + FILLED] = 0;
      return 0;
    }
    this.#setLink(link, left === 0 ? right : left);
    this.#release(node);
    if (left === 0 && right === 0 && parentLink >= 0) this.#mergeFork(parentLink, link);
    return 0;
  }

  protected keyAddresses(): number[] {
    const keys: number[] = [];
    const visit = (node: number): void => {
      if (node === 0) return;
      visit(this.arena.i32[(node >> 2) + LEFT]!);
      visit(this.arena.i32[(node >> 2) + LEFT + 1]!);
      if (this.arena.i32[(node >> 2) + FILLED] !== 0) keys.push(node + HEADER_BYTES);
    };
    visit(this.#root);
    return keys;
  }

  override destroy(): void {
    super.destroy();
    const visit = (node: number): void => {
      if (node === 0) return;
      visit(this.arena.i32[(node >> 2) + LEFT]!);
      visit(this.arena.i32[(node >> 2) + LEFT + 1]!);
      this.#release(node);
    };
    visit(this.#root);
    this.#root = 0;
  }

  /** After a leaf went: a fork left with one child is replaced by that child. */
  #mergeFork(forkLink: number, goneLink: number): void {
    const i32 = this.arena.i32;
    const fork = this.#at(forkLink);
    if (i32[(fork >> 2) + FILLED] !== 0) return;
    const first = (fork >> 2) + LEFT;
    const sibling = i32[goneLink === first ? first + 1 : first]!;
    this.#setLink(forkLink, sibling);
    this.#release(fork);
  }

  /** The link (0: the root, else an index of words) where the walk for the key ends. */
  #descend(key: number, length: number): number {
    let link = 0;
    let node = this.#root;
    while (node !== 0) {
      const nodeLength = this.#lengthOf(node);
      if (nodeLength >= length || this.#common(node, key, nodeLength) < nodeLength) return link;
      link = (node >> 2) + LEFT + this.#bit(key, nodeLength);
      node = this.arena.i32[link]!;
    }
    return link;
  }

  #at(link: number): number {
    return link === 0 ? this.#root : this.arena.i32[link]!;
  }

  #setLink(link: number, node: number): void {
    if (link === 0) this.#root = node;
    else this.arena.i32[link] = node;
  }

  #lengthOf(node: number): number {
    return this.arena.i32[(node + HEADER_BYTES) >> 2]!;
  }

  /** Leading bits that a node's key and the key share, `limit` at most. */
  #common(node: number, key: number, limit: number): number {
    const u8 = this.arena.u8;
    const a = node + HEADER_BYTES + 4;
    const b = key + 4;
    for (let bits = 0, i = 0; bits < limit; bits += 8, i++) {
      const difference = u8[a + i]! ^ u8[b + i]!;
      if (difference !== 0) return Math.min(limit, bits + Math.clz32(difference) - 24);
    }
    return limit;
  }

  #bit(key: number, index: number): number {
    return (this.arena.u8[key + 4 + (index >> 3)]! >> (7 - (index & 7))) & 1;
  }

  #make(key: number, length: number, filled: 0 | 1): number {
    const node = this.arena.alloc(this.#nodeBytes);
    const { u8, i32 } = this.arena;
    for (let i = 4; i < this.keySize; i++) u8[node + HEADER_BYTES + i] = u8[key + i]!;
    i32[(node + HEADER_BYTES) >> 2] = length;
    i32[(node >> 2) + FILLED] = filled;
    return node;
  }

  #release(node: number): void {
    this.arena.free(node, this.#nodeBytes);
  }
}
