import { Refusal } from '../diagnostics/problem.ts';
import type { IrFunction, Var } from '../ir/ir.ts';
import { allocate } from './allocate.ts';
import { type EmittedFunction, emit } from './emit.ts';
import { layOutFrame } from './frame.ts';
import { leaveSsa } from './leave-ssa.ts';
import { select } from './select.ts';
import { splitStackAccess } from './split.ts';

/** Kernel: include/linux/filter.h MAX_BPF_STACK. */
export const STACK_MAX = 512;

export interface GeneratedFunction extends EmittedFunction {
  /** Bytes. */
  readonly stack: number;
}

/** Machine code for an optimised function. */
export function generate(fn: IrFunction, contexts: ReadonlySet<Var>): GeneratedFunction {
  splitStackAccess(fn);
  leaveSsa(fn);
  const frame = layOutFrame(fn);
  const machine = select(fn, contexts);
  const { spills } = allocate(machine);
  const stack = frame.size + 8 * spills;
  if (stack > STACK_MAX) {
    const message = `${fn.name} needs ${stack} bytes of stack; there are ${STACK_MAX}.`;
    throw new Refusal(
      'S015',
      fn.span,
      message,
      'Keep large structs in a map, or move code into a function of its own.',
    );
  }
  return { ...emit(machine, frame), stack };
}
