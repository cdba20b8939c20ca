import { BPF_EXIST, BPF_NOEXIST } from '../abi/map-types.ts';
import type { MapSpec } from '../spec.ts';
import { loadWord } from './bytes.ts';
import { E2BIG, EEXIST, EINVAL } from './errno.ts';
import { KeyedMap, type MapContext } from './keyed-map.ts';
import type { LookupPlan } from './lookup-plan.ts';

/**
 * BPF_MAP_TYPE_ARRAY and PERCPU_ARRAY: all entries exist from the start, zero, and cannot be deleted.
 *
 * Kernel: kernel/bpf/arraymap.c.
 */
export class ArrayMap extends KeyedMap {
  /** Address of entry 0. */
  readonly base: number;
  readonly #max: number;

  constructor(id: number, spec: MapSpec, context: MapContext) {
    super(id, spec, context);
    this.#max = spec.maxEntries;
    this.base = this.arena.alloc(this.areaSize * spec.maxEntries);
  }

  /** Bytes from one entry to the next. */
  get entryBytes(): number {
    return this.areaSize;
  }

  override get lookupPlan(): LookupPlan | undefined {
    if (this.perCpu) return undefined;
    return { kind: 'array', base: this.base, entryBytes: this.areaSize, maxEntries: this.#max };
  }

  protected find(key: number): number {
    const index = loadWord(this.arena, key) >>> 0;
    return index < this.#max ? this.base + index * this.areaSize : 0;
  }

  protected put(key: number, flags: number): number {
    if (flags > BPF_EXIST) return -EINVAL;
    const area = this.find(key);
    if (area === 0) return -E2BIG;
    return flags === BPF_NOEXIST ? -EEXIST : area;
  }

  remove(_key: number): number {
    return -EINVAL;
  }

  protected keyAddresses(): number[] {
    throw new Error('an array lists its entries itself');
  }

  override visit(stop: (key: number, value: number) => boolean): number {
    const key = this.arena.alloc(8);
    let index = 0;
    while (index < this.#max) {
      this.arena.u32[key >> 2] = index++;
      if (stop(key, this.lookup(key))) break;
    }
    this.arena.free(key, 8);
    return index;
  }

  override *entries(): IterableIterator<readonly [Uint8Array, Uint8Array]> {
    const bytes = this.perCpu ? this.areaSize : this.valueSize;
    for (let index = 0; index < this.#max; index++) {
      yield [new Uint8Array(Uint32Array.of(index).buffer), this.arena.read(this.base + index * this.areaSize, bytes)];
    }
  }

  override destroy(): void {
    super.destroy();
    this.arena.free(this.base, this.areaSize * this.#max);
  }
}
