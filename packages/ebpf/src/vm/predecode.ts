import type { Form } from '../isa/form.ts';
import type { Instruction } from '../isa/instruction.ts';
import type { LinkedCode } from './link.ts';
import { Op } from './op.ts';

/** Words of an instruction in `Predecoded.code`: operation, destination, source, and a third operand. */
export const STRIDE = 4;

/** Where constants begin in the register file: after r0 … r10, two halves each. */
const CONSTANTS_AT = 22;

/**
 * Code as the interpreter's loop wants it. Immediates live in the register file as constants, so that each operation
 * has one form only.
 *
 * Third operand: offset of a load or store; target of a jump or local call as an index of `code`; in `rare` and helper
 * calls the instruction's index.
 */
export interface Predecoded {
  readonly code: Int32Array;
  /** Initial register file: all zero, then the constants. */
  readonly registers: Int32Array;
}

/** Translates linked code for the interpreter. */
export function predecode(linked: LinkedCode): Predecoded {
  const { instructions, forms, targets } = linked;
  const code = new Int32Array(instructions.length * STRIDE);
  const constants = new Map<bigint, number>();
  const constant = (value: bigint): number => {
    const key = BigInt.asUintN(64, value);
    const known = constants.get(key);
    if (known !== undefined) return known;
    const at = CONSTANTS_AT + constants.size * 2;
    constants.set(key, at);
    return at;
  };
  for (let i = 0; i < instructions.length; i++) {
    const instruction = instructions[i]!;
    const form = forms[i]!;
    code[i * STRIDE] = operation(form);
    code[i * STRIDE + 1] = instruction.dst * 2;
    code[i * STRIDE + 2] = usesConstant(form)
      ? constant(instruction.imm64 ?? BigInt(instruction.imm))
      : instruction.src * 2;
    code[i * STRIDE + 3] = third(instruction, form, i, targets[i]!);
  }
  const registers = new Int32Array(CONSTANTS_AT + constants.size * 2);
  for (const [value, at] of constants) {
    registers[at] = Number(BigInt.asIntN(32, value));
    registers[at + 1] = Number(BigInt.asIntN(32, value >> 32n));
  }
  return { code, registers };
}

function usesConstant(form: Form): boolean {
  return (
    ((form.kind === 'alu' || form.kind === 'jump') && form.source === 'imm') ||
    form.kind === 'lddw' ||
    form.kind === 'st'
  );
}

function third(instruction: Instruction, form: Form, index: number, target: number): number {
  switch (form.kind) {
    case 'ldx':
    case 'st':
    case 'stx':
      return instruction.offset;
    case 'ja':
    case 'jump':
      return target * STRIDE;
    case 'call':
      return form.target === 'local' ? target * STRIDE : index;
    default:
      return index;
  }
}

function operation(form: Form): Op {
  switch (form.kind) {
    case 'alu': {
      if (form.op === 'sdiv' || form.op === 'smod' || form.op === 'movsx' || form.op === 'neg') return Op.rare;
      return Op[`${form.op}${form.bits}`];
    }
    case 'endian':
    case 'atomic':
      return Op.rare;
    case 'lddw':
      return Op.mov64;
    case 'ldx':
      return form.bits === 64 ? Op.ldx64 : form.signed ? Op[`ldxs${form.bits}`] : Op[`ldx${form.bits}`];
    case 'st':
    case 'stx':
      return Op[`stx${form.bits}`];
    case 'ja':
      return Op.ja;
    case 'jump':
      return Op[`${form.op}${form.bits}`];
    case 'call':
      return form.target === 'local' ? Op.call : Op.helper;
    case 'exit':
      return Op.exit;
    case 'ldabs':
    case 'ldind':
      return Op.helper;
    default:
      return form satisfies never;
  }
}
