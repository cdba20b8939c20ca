import { FRAME_POINTER } from '../../isa/opcode.ts';
import type { CodeSlots } from '../program.ts';
import { successors } from './control-flow.ts';
import { helperArguments } from './functions.ts';

const R0 = 1;
const ARGUMENTS = 0b111110;
const CALLER_SAVED = ARGUMENTS | R0;

/**
 * For each slot, which registers may be read before they are written, as a bit mask; r10 is left out. States that
 * differ only in other registers go on alike.
 *
 * Kernel: kernel/bpf/verifier.c compute_live_registers() of Linux 6.15 and later.
 */
export function liveRegisters(code: CodeSlots): Uint16Array {
  const before = new Uint16Array(code.length);
  let changed = true;
  while (changed) {
    changed = false;
    for (let slot = code.length - 1; slot >= 0; slot--) {
      const live = liveBefore(code, slot, before);
      if (live === before[slot]) continue;
      before[slot] = live;
      changed = true;
    }
  }
  return before;
}

function liveBefore(code: CodeSlots, slot: number, before: Uint16Array): number {
  const form = code.forms[slot];
  const instruction = code.instructions[slot];
  if (!form || !instruction) return 0;
  if (form.kind === 'call' && form.target === 'local') {
    const wanted = before[slot + 1 + instruction.imm]! & ARGUMENTS;
    return (before[slot + 1]! & ~CALLER_SAVED) | wanted;
  }
  let after = 0;
  for (const next of successors(code, slot)) after |= before[next]!;
  const { reads, writes } = registerUse(code, slot);
  return ((after & ~writes) | reads) & ~(1 << FRAME_POINTER);
}

/** Registers that the instruction at `slot` reads and writes, as bit masks. */
function registerUse(code: CodeSlots, slot: number): { reads: number; writes: number } {
  const form = code.forms[slot]!;
  const { dst, src, imm } = code.instructions[slot]!;
  switch (form.kind) {
    case 'exit':
      return { reads: R0, writes: 0 };
    case 'call':
      return { reads: ((1 << helperArguments(imm)) - 1) << 1, writes: CALLER_SAVED };
    case 'ldabs':
    case 'ldind':
      return { reads: (1 << 6) | (form.kind === 'ldind' ? 1 << src : 0), writes: CALLER_SAVED };
    case 'atomic': {
      const reads = (1 << dst) | (1 << src) | (form.op === 'cmpxchg' ? R0 : 0);
      return { reads, writes: 0 };
    }
    case 'alu':
    case 'endian':
    case 'lddw':
    case 'ldx':
    case 'st':
    case 'stx':
    case 'ja':
    case 'jump': {
      let reads = 0;
      if (form.dst === 'read' || form.dst === 'update') reads |= 1 << dst;
      if (form.src === 'read' || form.src === 'update') reads |= 1 << src;
      return { reads, writes: form.dst === 'write' ? 1 << dst : 0 };
    }
    default:
      return form satisfies never;
  }
}
