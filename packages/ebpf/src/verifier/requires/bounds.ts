import { BPF_MAX_VAR_OFF } from '../limits.ts';
import type { Value } from '../state/value.ts';

/** An access through a register: which, where, how much. */
export interface Access {
  readonly register: number;
  readonly pointer: Value;
  /** From the pointer's variable part: the instruction's offset and the pointer's fixed one. */
  readonly off: number;
  readonly size: number;
  readonly write: boolean;
  /** An access of 0 bytes is fine (to helpers that say so). */
  readonly zeroAllowed: boolean;
}

/** Whether [off, off + size) lies in [0, bytes). An offset too large to be exact is too large anyway. */
function inside(access: Access, off: number, bytes: number): boolean {
  const { size } = access;
  return off >= 0 && (size > 0 || (size === 0 && access.zeroAllowed)) && off + size <= bytes;
}

/**
 * An access with a variable offset, to memory of known size. `words` says of what, given the offset.
 * Kernel: kernel/bpf/verifier.c check_mem_region_access().
 */
export function requireInside(access: Access, bytes: number, words: (off: bigint) => string): string | undefined {
  const { smin, umax } = access.pointer.bounds;
  const { off } = access;
  const lowest = Number(smin) + off;
  if (smin < 0n && (smin < -0x8000_0000n || lowest < 0)) return negative(access.register);
  if (!inside(access, lowest, bytes)) return words(smin + BigInt(off));
  if (umax >= BPF_MAX_VAR_OFF_64) {
    return `R${access.register} unbounded memory access, make sure to bounds check any such access`;
  }
  return inside(access, Number(umax) + off, bytes) ? undefined : words(umax + BigInt(off));
}

const BPF_MAX_VAR_OFF_64 = BigInt(BPF_MAX_VAR_OFF);

export function negative(register: number): string {
  return `R${register} min value is negative, either use unsigned index or do a if (index >=0) check.`;
}

/** An access at a fixed offset. */
export function requireInsideFixed(access: Access, bytes: number, words: (off: bigint) => string): string | undefined {
  return inside(access, access.off, bytes) ? undefined : words(BigInt(access.off));
}
