import type { ContextRow } from '../abi/context.ts';
import { contextOf } from '../abi/contexts.ts';
import { decode } from '../isa/decode.ts';
import type { Form } from '../isa/form.ts';
import type { Instruction } from '../isa/instruction.ts';
import type { LineInfo, MapSpec, ProgramType } from '../spec.ts';

/** What an LDDW refers to: a map, or byte `offset` of its only value. */
export interface MapReference {
  readonly map: MapSpec;
  readonly offset?: number;
  /** Name of a lock, timer or counted pointer in the map's value, which programs may not treat as plain memory. */
  readonly special?: string;
}

/** A function as BTF describes it. */
export interface FunctionInfo {
  readonly slot: number;
  readonly name: string;
  /** Verified by itself, for any arguments that its BTF allows. */
  readonly global: boolean;
  /** Returns a number; such a function may make tail calls. */
  readonly returnsScalar: boolean;
}

/** What is to be verified. */
export interface VerifierInput {
  readonly type: ProgramType;
  /** BPF_* attach type. */
  readonly attachType?: number;
  readonly license: string;
  /** Machine code, little endian, functions appended. */
  readonly code: Uint8Array;
  /**
   * What each LDDW of a map refers to, by slot. A map that is `frozen` and has BPF_F_RDONLY_PROG is read as constants
   * from its `initial` contents: values known at load must stand there already.
   */
  readonly maps?: ReadonlyMap<number, MapReference>;
  /** From BTF, one for each function in the code; absent: the program is loaded without BTF. */
  readonly functions?: readonly FunctionInfo[];
  readonly lines?: readonly LineInfo[];
}

/** Code by slot. The second half of an LDDW has no form. */
export interface CodeSlots {
  readonly length: number;
  readonly instructions: readonly (Instruction | undefined)[];
  readonly forms: readonly (Form | undefined)[];
}

/** The input, decoded, with what holds of the whole program. */
export interface Program {
  readonly input: VerifierInput;
  readonly code: CodeSlots;
  readonly context: ContextRow | undefined;
  readonly gplCompatible: boolean;
}

/** Why a program is refused: the kernel's words, and where. */
export interface Refusal {
  readonly slot: number;
  readonly message: string;
  /** Instructions looked at until then, where exploration found it. */
  readonly instructions?: number;
}

/** Kernel: include/linux/license.h license_is_gpl_compatible(). */
const GPL_COMPATIBLE: ReadonlySet<string> = new Set([
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
]);

/** Decodes the code; a Refusal where an instruction by itself is wrong. */
export function prepareProgram(input: VerifierInput): Program | Refusal {
  const decoded = decode(input.code);
  if (!decoded.ok) return { slot: decoded.problem.slot, message: decoded.problem.message };
  const length = decoded.indexOf.length;
  const instructions: (Instruction | undefined)[] = new Array(length).fill(undefined);
  const forms: (Form | undefined)[] = new Array(length).fill(undefined);
  decoded.instructions.forEach((instruction, index) => {
    const slot = decoded.slotOf[index]!;
    instructions[slot] = instruction;
    forms[slot] = decoded.forms[index];
  });
  return {
    input,
    code: { length, instructions, forms },
    context: contextOf(input.type),
    gplCompatible: GPL_COMPATIBLE.has(input.license),
  };
}

/** Whether it is a Refusal rather than what was asked for. */
export function isRefusal(x: object): x is Refusal {
  return 'message' in x && 'slot' in x;
}
