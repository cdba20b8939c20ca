import { isZero } from '../domain/bounds.ts';
import { formatTnum } from '../domain/tnum.ts';
import { kindName, type Value } from '../state/value.ts';

/**
 * A pointer that may only be used as it was handed out.
 * Kernel: kernel/bpf/verifier.c check_ptr_off_reg().
 */
export function requireUnmoved(pointer: Value, register: number): string | undefined {
  const name = kindName(pointer);
  if (pointer.off < 0) return `negative offset ${name} ptr R${register} off=${pointer.off} disallowed`;
  if (pointer.off !== 0) return `dereference of modified ${name} ptr R${register} off=${pointer.off} disallowed`;
  if (!isZero(pointer.bounds)) return `variable ${name} access var_off=${formatTnum(pointer.bounds.bits)} disallowed`;
  return undefined;
}
