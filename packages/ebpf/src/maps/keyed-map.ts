import { mapTypeRow } from '../abi/map-types.ts';
import type { Arena } from '../memory/arena.ts';
import type { MapSpec } from '../spec.ts';
import { copyBytes } from './bytes.ts';
import { EINVAL, EPERM } from './errno.ts';
import type { LookupPlan } from './lookup-plan.ts';
import type { BpfMap } from './map.ts';

/** What all maps of one Vm share. */
export interface MapContext {
  readonly arena: Arena;
  readonly cpus: number;
  readonly currentCpu: () => number;
}

/**
 * What array, hash and trie have in common: the system call's view on top of two primitives on addresses, `find` and
 * `put`. An entry's value area holds one value, or one for each CPU, each rounded up to 8 bytes.
 */
export abstract class KeyedMap implements BpfMap {
  readonly id: number;
  readonly spec: MapSpec;
  protected readonly arena: Arena;
  protected readonly keySize: number;
  protected readonly valueSize: number;
  /** Bytes from one CPU's value to the next. */
  protected readonly stride: number;
  /** Bytes of an entry's value area. */
  protected readonly areaSize: number;
  protected readonly perCpu: boolean;
  protected readonly context: MapContext;
  readonly #scratchKey: number;
  #frozen = false;

  constructor(id: number, spec: MapSpec, context: MapContext) {
    this.id = id;
    this.spec = spec;
    this.context = context;
    this.arena = context.arena;
    this.keySize = spec.keySize;
    this.valueSize = spec.valueSize;
    this.stride = (spec.valueSize + 7) & ~7;
    this.perCpu = mapTypeRow(spec.type).perCpu;
    this.areaSize = this.stride * (this.perCpu ? context.cpus : 1);
    this.#scratchKey = this.arena.alloc(Math.max(8, spec.keySize));
  }

  /** Address of the entry's value area, or 0; leaves the entry's age as it is. */
  protected abstract find(key: number): number;
  /** Finds or makes the entry as `flags` say: address of its value area, or -errno. A new per-CPU area is zero. */
  protected abstract put(key: number, flags: number): number;
  /** Addresses of all keys there are now. */
  protected abstract keyAddresses(): number[];

  abstract remove(key: number): number;

  lookup(key: number): number {
    const area = this.find(key);
    return area !== 0 && this.perCpu ? area + this.stride * this.context.currentCpu() : area;
  }

  /** bpf_map_lookup_percpu_elem: the value of one CPU, or 0. */
  lookupPerCpu(key: number, cpu: number): number {
    if (cpu < 0 || cpu >= this.context.cpus) return 0;
    const area = this.find(key);
    return area === 0 ? 0 : area + this.stride * cpu;
  }

  update(key: number, value: number, flags: number): number {
    const area = this.put(key, flags);
    if (area < 0) return area;
    const to = this.perCpu ? area + this.stride * this.context.currentCpu() : area;
    copyBytes(this.arena, to, value, this.valueSize);
    return 0;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    if (key.length !== this.keySize) return undefined;
    const area = this.find(this.keyToArena(key));
    return area === 0 ? undefined : this.arena.read(area, this.perCpu ? this.areaSize : this.valueSize);
  }

  set(key: Uint8Array, value: Uint8Array, flags = 0): number {
    if (this.#frozen) return -EPERM;
    if (key.length !== this.keySize || value.length !== (this.perCpu ? this.areaSize : this.valueSize)) return -EINVAL;
    const area = this.put(this.keyToArena(key), flags);
    if (area < 0) return area;
    this.arena.write(area, value);
    return 0;
  }

  delete(key: Uint8Array): number {
    if (this.#frozen) return -EPERM;
    if (key.length !== this.keySize) return -EINVAL;
    return this.remove(this.keyToArena(key));
  }

  *entries(): IterableIterator<readonly [Uint8Array, Uint8Array]> {
    const keys = this.keyAddresses().map((at) => this.arena.read(at, this.keySize));
    for (const key of keys) {
      const value = this.get(key);
      if (value !== undefined) yield [key, value];
    }
  }

  /**
   * Hands each entry's key and (this CPU's) value to `stop`, until that answers true; returns how many it was handed.
   * Entries removed meanwhile are left out.
   */
  visit(stop: (key: number, value: number) => boolean): number {
    let visited = 0;
    for (const key of this.keyAddresses()) {
      const value = this.lookup(key);
      if (value === 0) continue;
      visited++;
      if (stop(key, value)) break;
    }
    return visited;
  }

  /** BPF_MAP_FREEZE: from now on the system call may not write. */
  freeze(): void {
    this.#frozen = true;
  }

  /** How compiled code may look up by itself, where it may. */
  get lookupPlan(): LookupPlan | undefined {
    return undefined;
  }

  /** Gives the map's memory back; nothing may use it afterwards. */
  destroy(): void {
    this.arena.free(this.#scratchKey, Math.max(8, this.keySize));
  }

  protected keyToArena(key: Uint8Array): number {
    this.arena.u8.set(key, this.#scratchKey);
    return this.#scratchKey;
  }
}
