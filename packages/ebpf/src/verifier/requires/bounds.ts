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

/** Whether [off, off + size) lies in [0, bytes). */
function inside(access: Access, off: bigint, bytes: number): boolean {
  const { size } = access;
  return off >= 0n && (size > 0 || (size === 0 && access.zeroAllowed)) && off + BigInt(size) <= BigInt(bytes);
}

/**
 * An access with a variable offset, to memory of known size. `words` says of what, given the offset.
 * Kernel: kernel/bpf/verifier.c check_mem_region_access().
 */
export function requireInside(access: Access, bytes: number, words: (off: bigint) => string): string | undefined {
  const { smin, umax } = access.pointer.bounds;
  const off = BigInt(access.off);
  if (smin < 0n && (smin < -0x8000_0000n || smin + off < 0n)) return negative(access.register);
  if (!inside(access, smin + off, bytes)) return words(smin + off);
  if (umax >= BigInt(BPF_MAX_VAR_OFF)) {
    return `R${access.register} unbounded memory access, make sure to bounds check any such access`;
  }
  return inside(access, umax + off, bytes) ? undefined : words(umax + off);
}

export function negative(register: number): string {
  return `R${register} min value is negative, either use unsigned index or do a if (index >=0) check.`;
}

/** An access at a fixed offset. */
export function requireInsideFixed(access: Access, bytes: number, words: (off: bigint) => string): string | undefined {
  const off = BigInt(access.off);
  return inside(access, off, bytes) ? undefined : words(off);
}
