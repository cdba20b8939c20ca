import type { State } from '../state/state.ts';
import { constant, type Value } from '../state/value.ts';

/**
 * All copies of a pointer that may be NULL become NULL, or become sure. What was borrowed with it has then not been
 * borrowed.
 *
 * Kernel: kernel/bpf/verifier.c mark_ptr_or_null_regs().
 */
export function learnNull(state: State, checked: Value, isNull: boolean): void {
  if (isNull && checked.reference !== 0 && checked.reference === checked.id) dropReference(state, checked.reference);
  state.replaceAll((value) => {
    if (!value.orNull || value.id !== checked.id) return value;
    return isNull ? constant(0n) : value.with({ orNull: false, id: 0 });
  });
}

/** The reference counts as given back. */
export function dropReference(state: State, id: number): void {
  state.references = state.references.filter((reference) => reference.id !== id);
}
