import { HashMap } from './hash-map.ts';
import { ELEMENT_NEWER, ELEMENT_OLDER, TABLE_NEWEST, TABLE_OLDEST } from './lookup-plan.ts';

/**
 * BPF_MAP_TYPE_LRU_HASH and LRU_PERCPU_HASH: when full, a new key pushes out the one longest unused. A program's lookup
 * counts as use, the system call's does not.
 *
 * Kernel: kernel/bpf/bpf_lru_list.c. Departure: the age is exact; Linux approximates it, evicts in batches of up to 128
 * and so may drop entries of a small map before it is full.
 */
export class LruHashMap extends HashMap {
  protected override get isLru(): boolean {
    return true;
  }

  override lookup(key: number): number {
    const at = this.element(key);
    if (at === 0) return 0;
    this.touched(at);
    const area = at + this.valueOffset;
    return this.perCpu ? area + this.stride * this.context.currentCpu() : area;
  }

  protected override touched(at: number): void {
    if (at === this.arena.i32[(this.table + TABLE_NEWEST) >> 2]) return;
    this.dropped(at);
    this.added(at);
  }

  protected override added(at: number): void {
    const i32 = this.arena.i32;
    const newest = i32[(this.table + TABLE_NEWEST) >> 2]!;
    i32[(at + ELEMENT_OLDER) >> 2] = newest;
    i32[(at + ELEMENT_NEWER) >> 2] = 0;
    i32[(newest === 0 ? this.table + TABLE_OLDEST : newest + ELEMENT_NEWER) >> 2] = at;
    i32[(this.table + TABLE_NEWEST) >> 2] = at;
  }

  protected override dropped(at: number): void {
    const i32 = this.arena.i32;
    const older = i32[(at + ELEMENT_OLDER) >> 2]!;
    const newer = i32[(at + ELEMENT_NEWER) >> 2]!;
    i32[(older === 0 ? this.table + TABLE_OLDEST : older + ELEMENT_NEWER) >> 2] = newer;
    i32[(newer === 0 ? this.table + TABLE_NEWEST : newer + ELEMENT_OLDER) >> 2] = older;
  }

  protected override makeRoom(): boolean {
    const oldest = this.arena.i32[(this.table + TABLE_OLDEST) >> 2]!;
    if (oldest === 0) return false;
    this.drop(oldest);
    return true;
  }
}
