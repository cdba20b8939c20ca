import { ArrayMap } from './array-map.ts';
import { E2BIG, EINVAL, ENOENT } from './errno.ts';

/**
 * Arrays of things that may be absent: BPF_MAP_TYPE_DEVMAP, CPUMAP and PROG_ARRAY. A value whose first 32 bits are 0
 * means "nothing here". What the number stands for (ifindex, queue size, program id) is the kernel's around.
 *
 * Kernel: kernel/bpf/devmap.c, cpumap.c, arraymap.c fd_array_map_*().
 */
export class SlotMap extends ArrayMap {
  override get lookupPlan(): undefined {
    return undefined;
  }

  protected override find(key: number): number {
    const at = super.find(key);
    return at !== 0 && this.arena.i32[at >> 2] !== 0 ? at : 0;
  }

  protected override put(key: number, flags: number): number {
    if (flags !== 0) return -EINVAL;
    const at = super.find(key);
    return at === 0 ? -E2BIG : at;
  }

  override remove(key: number): number {
    const at = super.find(key);
    if (at === 0) return -E2BIG;
    if (this.arena.i32[at >> 2] === 0) return -ENOENT;
    this.arena.u8.fill(0, at, at + this.stride);
    return 0;
  }

  /** The number in a slot, 0 where there is none or the index is out of range. */
  numberAt(index: number): number {
    return index >>> 0 < this.spec.maxEntries ? this.arena.i32[(this.base + index * this.stride) >> 2]! : 0;
  }

  override *entries(): IterableIterator<readonly [Uint8Array, Uint8Array]> {
    for (const entry of super.entries()) {
      const [key] = entry;
      if (this.numberAt(key[0]! | (key[1]! << 8) | (key[2]! << 16) | (key[3]! << 24)) !== 0) yield entry;
    }
  }
}
