import { helperById } from '../../abi/helpers.ts';
import type { Form } from '../../isa/form.ts';
import type { Instruction } from '../../isa/instruction.ts';
import { BPF_MAX_SUBPROGS } from '../limits.ts';
import type { CodeSlots, Program, Refusal } from '../program.ts';

/** One function in the code: slots [start, end). */
export interface FunctionRange {
  readonly index: number;
  readonly start: number;
  readonly end: number;
  readonly hasTailCall: boolean;
  readonly hasLegacyLoad: boolean;
}

/** The functions in order, and which one each slot belongs to. */
export interface Functions {
  readonly ranges: readonly FunctionRange[];
  readonly ofSlot: readonly number[];
}

const TAIL_CALL = 12;

/** Where a jump leads, or undefined for other instructions. */
export function jumpTarget(form: Form, instruction: Instruction, slot: number): number | undefined {
  if (form.kind === 'ja') return slot + 1 + (form.wide ? instruction.imm : instruction.offset);
  if (form.kind === 'jump') return slot + 1 + instruction.offset;
  return undefined;
}

/**
 * Splits the code into functions: what a local call leads to starts one. Jumps stay inside a function, and its last
 * instruction leaves it.
 *
 * Kernel: kernel/bpf/verifier.c add_subprog_and_kfunc(), check_subprogs().
 */
export function findFunctions(program: Program): Functions | Refusal {
  const { code } = program;
  const starts = new Set([0]);
  for (let slot = 0; slot < code.length; slot++) {
    const form = code.forms[slot];
    if (form?.kind !== 'call' || form.target !== 'local') continue;
    const target = slot + 1 + code.instructions[slot]!.imm;
    if (target < 0 || target >= code.length) return { slot, message: 'call to invalid destination' };
    starts.add(target);
  }
  if (starts.size > BPF_MAX_SUBPROGS) return { slot: 0, message: 'too many subprograms' };
  const sorted = [...starts].sort((a, b) => a - b);
  const ranges = sorted.map((start, index) => describe(code, index, start, sorted[index + 1] ?? code.length));
  for (const range of ranges) {
    const refusal = checkRange(code, range);
    if (refusal) return refusal;
  }
  const ofSlot = ranges.flatMap(({ index, start, end }) => new Array<number>(end - start).fill(index));
  return checkBtf(program, ranges) ?? { ranges, ofSlot };
}

function describe(code: CodeSlots, index: number, start: number, end: number): FunctionRange {
  let hasTailCall = false;
  let hasLegacyLoad = false;
  for (let slot = start; slot < end; slot++) {
    const form = code.forms[slot];
    if (form?.kind === 'call' && form.target === 'helper' && code.instructions[slot]!.imm === TAIL_CALL) {
      hasTailCall = true;
    }
    if (form?.kind === 'ldabs' || form?.kind === 'ldind') hasLegacyLoad = true;
  }
  return { index, start, end, hasTailCall, hasLegacyLoad };
}

function checkRange(code: CodeSlots, { start, end }: FunctionRange): Refusal | undefined {
  for (let slot = start; slot < end; slot++) {
    const form = code.forms[slot];
    const target = form && jumpTarget(form, code.instructions[slot]!, slot);
    if (target !== undefined && (target < start || target >= end)) {
      return { slot, message: `jump out of range from insn ${slot} to ${target}` };
    }
  }
  const last = code.forms[end - 1]?.kind;
  if (last !== 'exit' && last !== 'ja') return { slot: end - 1, message: 'last insn is not an exit or jmp' };
  return undefined;
}

/**
 * What only BTF can tell: which functions are global, and that those which make tail calls return a number.
 * Kernel: kernel/bpf/verifier.c check_abnormal_return(), check_btf_func().
 */
function checkBtf(program: Program, ranges: readonly FunctionRange[]): Refusal | undefined {
  const infos = program.input.functions;
  if (!infos) {
    const odd = ranges.find((range) => range.index > 0 && (range.hasLegacyLoad || range.hasTailCall));
    if (!odd) return undefined;
    const what = odd.hasLegacyLoad ? 'LD_ABS' : 'tail_call';
    return { slot: odd.start, message: `${what} is not allowed in subprogs without BTF` };
  }
  if (infos.length !== ranges.length) {
    return { slot: 0, message: "number of funcs in func_info doesn't match number of subprogs" };
  }
  for (const range of ranges) {
    const info = infos[range.index]!;
    const slot = range.start;
    if (info.slot !== slot)
      return { slot, message: "func_info BTF section doesn't match subprog layout in BPF program" };
    if (range.index === 0) continue;
    if (info.global) return { slot, message: `function ${info.name} is global: only static functions are supported` };
    if ((range.hasTailCall || range.hasLegacyLoad) && !info.returnsScalar) {
      const what = range.hasLegacyLoad ? 'LD_ABS' : 'tail_call';
      return { slot, message: `${what} is only allowed in functions that return 'int'.` };
    }
  }
  return undefined;
}

/** Number of argument registers a helper reads; all five for one that is not known. */
export function helperArguments(id: number): number {
  return helperById(id)?.args.length ?? 5;
}
