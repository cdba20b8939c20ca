import type { CodeSlots, Program, Refusal } from '../program.ts';
import { type Functions, jumpTarget } from './functions.ts';

/** Properties of slots that exploration asks for. */
export interface ControlFlow {
  /** States are compared and kept here: before conditional jumps and at jump targets. */
  readonly prunePoint: Uint8Array;
  /** Control does not come here from the slot before only. */
  readonly jumpPoint: Uint8Array;
}

/**
 * Checks that every instruction can be reached and that no jump lands inside an LDDW, and marks the places where
 * exploration compares states.
 *
 * Kernel: kernel/bpf/verifier.c check_cfg().
 */
export function checkControlFlow(program: Program, functions: Functions): ControlFlow | Refusal {
  const { code } = program;
  const prunePoint = new Uint8Array(code.length);
  const jumpPoint = new Uint8Array(code.length);
  const reached = new Uint8Array(code.length);
  const pending = [0];
  reached[0] = 1;
  while (pending.length > 0) {
    const slot = pending.pop()!;
    for (const next of successors(code, slot)) {
      if (next >= code.length) return { slot, message: `jump out of range from insn ${slot} to ${next}` };
      if (reached[next]) continue;
      reached[next] = 1;
      pending.push(next);
    }
    mark(code, slot, prunePoint, jumpPoint);
  }
  return checkReached(code, functions, reached) ?? { prunePoint, jumpPoint };
}

/** Slots that control goes to next, calls going to both callee and return. */
export function successors(code: CodeSlots, slot: number): number[] {
  const form = code.forms[slot];
  const instruction = code.instructions[slot];
  if (!form || !instruction) return [];
  switch (form.kind) {
    case 'exit':
      return [];
    case 'ja':
      return [jumpTarget(form, instruction, slot)!];
    case 'jump':
      return [slot + 1, jumpTarget(form, instruction, slot)!];
    case 'call':
      return form.target === 'local' ? [slot + 1, slot + 1 + instruction.imm] : [slot + 1];
    case 'lddw':
      return [slot + 2];
    case 'alu':
    case 'endian':
    case 'ldabs':
    case 'ldind':
    case 'ldx':
    case 'st':
    case 'stx':
    case 'atomic':
      return [slot + 1];
    default:
      return form satisfies never;
  }
}

function mark(code: CodeSlots, slot: number, prunePoint: Uint8Array, jumpPoint: Uint8Array): void {
  const form = code.forms[slot];
  const instruction = code.instructions[slot];
  if (!form || !instruction) return;
  if (form.kind === 'jump' || (form.kind === 'call' && form.target === 'local')) prunePoint[slot] = 1;
  const target = form.kind === 'call' ? slot + 1 : jumpTarget(form, instruction, slot);
  if (target !== undefined) prunePoint[target] = jumpPoint[target] = 1;
  if (form.kind === 'call' && form.target === 'local') {
    const callee = slot + 1 + instruction.imm;
    prunePoint[callee] = jumpPoint[callee] = 1;
  }
}

function checkReached(code: CodeSlots, functions: Functions, reached: Uint8Array): Refusal | undefined {
  for (let slot = 0; slot < code.length; slot++) {
    if (code.forms[slot]) {
      if (!reached[slot]) return { slot, message: `unreachable insn ${slot}` };
    } else if (reached[slot]) {
      return { slot: slot - 1, message: `jump into the middle of ldimm64 insn ${slot - 1}` };
    }
  }
  const split = functions.ranges.find(({ start }) => !code.forms[start]);
  return split && { slot: split.start, message: `jump into the middle of ldimm64 insn ${split.start - 1}` };
}
