import { isConstant } from '../domain/bounds.ts';
import { formatTnum } from '../domain/tnum.ts';
import { BPF_MAX_VAR_OFF, MAX_BPF_STACK } from '../limits.ts';
import type { Machine } from '../machine.ts';
import { BYTE, CELL, cellIndex } from '../state/stack-cell.ts';
import { isPointer } from '../state/value.ts';
import type { Access } from './bounds.ts';

/** Lowest and highest offset from the frame's top at which an access may start. */
export function stackOffsets(access: Access): { min: number; max: number } {
  const { smin, smax } = access.pointer.bounds;
  return { min: Number(smin) + access.off, max: Number(smax) + access.off };
}

/**
 * An access lies in the 512 bytes of a frame.
 * Kernel: kernel/bpf/verifier.c check_stack_access_within_bounds().
 */
export function requireStackBounds(m: Machine, access: Access, indirect: boolean): string | undefined {
  const { register, pointer, off, size, write } = access;
  const { bounds } = pointer;
  const how = write ? ' write to' : ' read from';
  const known = isConstant(bounds);
  const max = BigInt(BPF_MAX_VAR_OFF);
  if (!known && (bounds.smax >= max || bounds.smin <= -max)) {
    return `invalid unbounded variable-offset${how} stack R${register}`;
  }
  const at = stackOffsets(access);
  const lowest =
    write || indirect || m.allowUninitializedStack
      ? -MAX_BPF_STACK
      : -m.state.frames[pointer.frame]!.cells.length * CELL;
  if (at.min >= lowest && at.min <= -1 && at.max + size <= 0) return undefined;
  return known
    ? `invalid${how} stack R${register} off=${at.min} size=${size}`
    : `invalid variable-offset${how} stack R${register} var_off=${formatTnum(bounds.bits)} off=${off} size=${size}`;
}

/**
 * A load: what is read has been written, and a spilled pointer is read whole.
 * Kernel: kernel/bpf/verifier.c check_stack_read().
 */
export function requireStackLoad(m: Machine, access: Access): string | undefined {
  const { pointer, size } = access;
  const { min, max } = stackOffsets(access);
  if (!isConstant(pointer.bounds)) return requireStackRange(m, access, false);
  const cell = m.state.frames[pointer.frame]!.cell(cellIndex(min));
  const byte = min & 7;
  if (cell.isSpill) {
    const spilled = cell.spillBytes;
    if (size === CELL && spilled === CELL) return undefined;
    if (cell.value.kind !== 'scalar') return 'invalid size of register fill';
    if (size <= spilled && byte === 0) return undefined;
  }
  for (let i = 0; i < size; i++) {
    if (cell.at(byte + i) === BYTE.invalid && !m.allowUninitializedStack) {
      return `invalid read from stack off ${max}+${i} size ${size}`;
    }
  }
  return undefined;
}

/**
 * A store: a pointer is spilled whole, and a pointer into this frame only into this frame.
 * Kernel: kernel/bpf/verifier.c check_stack_write_fixed_off().
 */
export function requireStackStore(m: Machine, access: Access, source: number | undefined): string | undefined {
  const value = source === undefined ? undefined : m.register(source);
  if (!isConstant(access.pointer.bounds)) return requireWritten(m, access);
  if (!value || !isPointer(value)) return undefined;
  if (access.size !== CELL) return 'invalid size of register spill';
  if (value.kind === 'fp' && access.pointer.frame !== m.state.depth) {
    return 'cannot spill pointers to stack into stack frame of the caller';
  }
  return undefined;
}

/** What a store at a variable offset leaves in place may be read later: it has been written. */
function requireWritten(m: Machine, access: Access): string | undefined {
  if (m.allowUninitializedStack) return undefined;
  const { min, max } = stackOffsets(access);
  const frame = m.state.frames[access.pointer.frame]!;
  for (let off = min; off < max + access.size; off++) {
    if (frame.cell(cellIndex(off)).at(off & 7) !== BYTE.invalid) continue;
    return `uninit stack in range of var-offset write prohibited for !root; insn ${m.slot}, off: ${off}`;
  }
  return undefined;
}

/**
 * All bytes that a helper, or a load at a variable offset, may read are initialised.
 * Kernel: kernel/bpf/verifier.c check_stack_range_initialized().
 */
export function requireStackRange(m: Machine, access: Access, indirect: boolean): string | undefined {
  const { register, pointer, size } = access;
  const outside = requireStackBounds(m, access, indirect);
  if (outside) return outside;
  if (m.allowUninitializedStack) return undefined;
  const { min, max } = stackOffsets(access);
  const frame = m.state.frames[pointer.frame]!;
  for (let off = min; off < max + size; off++) {
    const cell = frame.cell(cellIndex(off));
    if (cell.at(off & 7) !== BYTE.invalid) continue;
    const how = indirect ? ' indirect' : '';
    return `invalid${how} read from stack R${register} off ${min}+${off - min} size ${size}`;
  }
  return undefined;
}
