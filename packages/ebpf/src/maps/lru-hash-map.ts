import { HashMap } from './hash-map.ts';

/** Words of an element that hold its neighbours in the order of age. */
const OLDER = 2;
const NEWER = 3;

/**
 * BPF_MAP_TYPE_LRU_HASH and LRU_PERCPU_HASH: when full, a new key pushes out the one longest unused. A program's lookup
 * counts as use, the system call's does not.
 *
 * Kernel: kernel/bpf/bpf_lru_list.c. Departure: the age is exact; Linux approximates it, evicts in batches of up to 128
 * and so may drop entries of a small map before it is full.
 */
export class LruHashMap extends HashMap {
  #newest = 0;
  #oldest = 0;

  override lookup(key: number): number {
    const at = this.element(key);
    if (at === 0) return 0;
    this.touched(at);
    const area = at + this.valueOffset;
    return this.perCpu ? area + this.stride * this.context.currentCpu() : area;
  }

  protected override touched(at: number): void {
    if (at === this.#newest) return;
    this.dropped(at);
    this.added(at);
  }

  protected override added(at: number): void {
    const i32 = this.arena.i32;
    i32[(at >> 2) + OLDER] = this.#newest;
    i32[(at >> 2) + NEWER] = 0;
    if (this.#newest === 0) this.#oldest = at;
    else i32[(this.#newest >> 2) + NEWER] = at;
    this.#newest = at;
  }

  protected override dropped(at: number): void {
    const i32 = this.arena.i32;
    const older = i32[(at >> 2) + OLDER]!;
    const newer = i32[(at >> 2) + NEWER]!;
    if (older === 0) this.#oldest = newer;
    else i32[(older >> 2) + NEWER] = newer;
    if (newer === 0) this.#newest = older;
    else i32[(newer >> 2) + OLDER] = older;
  }

  protected override makeRoom(): boolean {
    if (this.#oldest === 0) return false;
    this.drop(this.#oldest);
    return true;
  }
}
