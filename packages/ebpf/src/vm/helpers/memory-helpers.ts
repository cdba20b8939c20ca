import { EFAULT, EINVAL } from '../../maps/errno.ts';
import type { Arena } from '../../memory/arena.ts';
import type { Helper } from '../program.ts';
import type { RunState } from '../run-state.ts';

/** csum_diff's areas are bounded by a scratch buffer of the size of a BPF stack. */
const CSUM_BYTES_MAX = 512;

/** Helpers on plain memory, by id. */
export function memoryHelpers(state: RunState): [number, Helper][] {
  const { arena } = state;
  const readKernel: Helper = (to, size, from) => {
    if (inside(arena, from!, size!)) {
      arena.u8.copyWithin(to!, from!, from! + size!);
      return 0;
    }
    arena.u8.fill(0, to!, to! + size!);
    return -EFAULT;
  };
  return [
    [28, (from, fromSize, to, toSize, seed) => csumDiff(state, from!, fromSize!, to!, toSize!, seed!)],
    [4, readKernel],
    [113, readKernel],
    [115, (to, size, from) => readString(arena, to!, size!, from!)],
  ];
}

/**
 * bpf_csum_diff: `seed` plus the words of `to` minus those of `from`, folded to 16 bits.
 *
 * Kernel: net/core/filter.c bpf_csum_diff(), as since 6.13 (earlier kernels did not fold; the 16-bit sum is the same).
 */
function csumDiff(state: RunState, from: number, fromSize: number, to: number, toSize: number, seed: number): number {
  state.resultHigh = 0;
  if (((fromSize | toSize) & 3) !== 0 || fromSize > CSUM_BYTES_MAX || toSize > CSUM_BYTES_MAX) {
    state.resultHigh = -1;
    return -EINVAL;
  }
  if ((fromSize | toSize) === 0) return seed;
  let sum = (seed >>> 0) + wordSum(state.arena, to, toSize);
  for (let at = from; at < from + fromSize; at += 4) sum += ~state.arena.view.getInt32(at, true) >>> 0;
  while (sum > 0xffff) sum = (sum % 65536) + Math.floor(sum / 65536);
  return sum;
}

function wordSum(arena: Arena, at: number, size: number): number {
  let sum = 0;
  for (let i = at; i < at + size; i += 4) sum += arena.view.getUint32(i, true);
  return sum;
}

function readString(arena: Arena, to: number, size: number, from: number): number {
  if (!inside(arena, from, 1) || size <= 0) return -EFAULT;
  let length = 0;
  while (length < size - 1 && inside(arena, from + length, 1) && arena.u8[from + length] !== 0) {
    arena.u8[to + length] = arena.u8[from + length]!;
    length++;
  }
  arena.u8[to + length] = 0;
  return length + 1;
}

function inside(arena: Arena, at: number, size: number): boolean {
  return at >= 4096 && size >= 0 && at + size <= arena.size;
}
