import type { Form } from './form.ts';
import type { Instruction } from './instruction.ts';
import { BPF_CALL, BPF_JMP, REGISTERS, SLOT_BYTES } from './opcode.ts';
import { formOf, formsOfOpcode } from './table.ts';

/** Machine code in fields, with the way from instructions to slots and back. */
export interface DecodedCode {
  readonly instructions: readonly Instruction[];
  /** Rows of the instruction table, one for each instruction. */
  readonly forms: readonly Form[];
  /** Instruction index → its first slot. */
  readonly slotOf: Int32Array;
  /** Slot → instruction index; -1 for the second half of LDDW. */
  readonly indexOf: Int32Array;
}

/** `slot` is where the offending bytes begin. Codes: see `DECODE_PROBLEMS`. */
export interface DecodeProblem {
  readonly code: keyof typeof DECODE_PROBLEMS;
  readonly slot: number;
  readonly message: string;
}

export const DECODE_PROBLEMS = {
  I001: 'no code, or not a whole number of slots',
  I002: 'unknown opcode',
  I003: 'register above r10',
  I004: 'a field that must be zero is not',
  I005: 'a field selects no known form',
  I006: 'LDDW lacks its second half, or that is malformed',
} as const;

export type DecodeResult =
  | ({ readonly ok: true } & DecodedCode)
  | { readonly ok: false; readonly problem: DecodeProblem };

/**
 * Reads machine code, little endian. Checks all that can be said of one instruction by itself; jump targets and what
 * registers hold are the verifier's. Never throws.
 *
 * Spec: RFC 9669 §3, §3.2 (reserved fields must be zero).
 */
export function decode(code: Uint8Array): DecodeResult {
  if (code.length === 0) return problem('I001', 0, 'a program has at least one instruction; this one is empty');
  if (code.length % SLOT_BYTES !== 0) {
    return problem(
      'I001',
      Math.floor(code.length / SLOT_BYTES),
      `code of ${code.length} bytes is not a whole number of 8-byte slots`,
    );
  }
  const slots = code.length / SLOT_BYTES;
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  const instructions: Instruction[] = [];
  const forms: Form[] = [];
  const slotOf: number[] = [];
  const indexOf = new Int32Array(slots).fill(-1);
  for (let slot = 0; slot < slots; slot++) {
    let instruction = readSlot(view, slot);
    const form = formOf(instruction);
    const complaint = form ? checkFields(instruction, form, slot) : unknown(instruction, slot);
    if (complaint) return { ok: false, problem: complaint };
    indexOf[slot] = instructions.length;
    slotOf.push(slot);
    if (form!.kind === 'lddw') {
      const high = slot + 1 < slots ? readSlot(view, slot + 1) : undefined;
      if (high?.opcode !== 0 || high.dst !== 0 || high.src !== 0 || high.offset !== 0) {
        return problem('I006', slot, 'invalid bpf_ld_imm64 insn');
      }
      const imm64 = (BigInt(high.imm >>> 0) << 32n) | BigInt(instruction.imm >>> 0);
      instruction = { ...instruction, imm64 };
      slot++;
    }
    instructions.push(instruction);
    forms.push(form!);
  }
  return { ok: true, instructions, forms, slotOf: Int32Array.from(slotOf), indexOf };
}

/** Slots an instruction takes: 2 for LDDW, else 1. */
export function slotsOf(instruction: Instruction): 1 | 2 {
  return instruction.opcode === 0x18 ? 2 : 1;
}

function readSlot(view: DataView, slot: number): Instruction {
  const at = slot * SLOT_BYTES;
  const registers = view.getUint8(at + 1);
  return {
    opcode: view.getUint8(at),
    dst: registers & 15,
    src: registers >> 4,
    offset: view.getInt16(at + 2, true),
    imm: view.getInt32(at + 4, true),
  };
}

function unknown(instruction: Instruction, slot: number): DecodeProblem {
  const { opcode, src, offset, imm } = instruction;
  const forms = formsOfOpcode(opcode);
  const hex = opcode.toString(16).padStart(2, '0');
  if (forms.length === 0) return { code: 'I002', slot, message: `unknown opcode ${hex}` };
  const what =
    forms[0]!.kind === 'atomic'
      ? `BPF_ATOMIC uses invalid atomic opcode ${(imm >>> 0).toString(16).padStart(2, '0')}`
      : opcode === (BPF_JMP | BPF_CALL)
        ? `call of unknown kind ${src}`
        : `opcode ${hex} has no form with src ${src}, offset ${offset}, imm ${imm}: ${className(opcode)} uses reserved fields`;
  return { code: 'I005', slot, message: what };
}

function checkFields(instruction: Instruction, form: Form, slot: number): DecodeProblem | undefined {
  const { dst, src, offset, imm, opcode } = instruction;
  if (dst >= REGISTERS) return { code: 'I003', slot, message: `R${dst} is invalid` };
  if (typeof form.src !== 'number' && src >= REGISTERS) return { code: 'I003', slot, message: `R${src} is invalid` };
  const field =
    form.dst === 'unused' && dst !== 0
      ? 'dst'
      : form.src === 'unused' && src !== 0
        ? 'src'
        : form.offset === 'unused' && offset !== 0
          ? 'offset'
          : form.imm === 'unused' && imm !== 0
            ? 'imm'
            : undefined;
  if (!field) return undefined;
  return {
    code: 'I004',
    slot,
    message: `${className(opcode)} uses reserved fields (${form.name}: ${field} must be 0)`,
  };
}

function className(opcode: number): string {
  const form = formsOfOpcode(opcode)[0]!;
  switch (form.kind) {
    case 'alu':
      return form.op === 'mov' || form.op === 'movsx' ? 'BPF_MOV' : form.op === 'neg' ? 'BPF_NEG' : 'BPF_ALU';
    case 'endian':
      return 'BPF_END';
    case 'lddw':
      return 'BPF_LD_IMM64';
    case 'ldabs':
    case 'ldind':
      return 'BPF_LD_[ABS|IND]';
    case 'ldx':
      return 'BPF_LDX';
    case 'st':
      return 'BPF_ST';
    case 'stx':
    case 'atomic':
      return 'BPF_STX';
    case 'ja':
      return 'BPF_JA';
    case 'jump':
      return 'BPF_JMP/JMP32';
    case 'call':
      return 'BPF_CALL';
    case 'exit':
      return 'BPF_EXIT';
    default:
      return form satisfies never;
  }
}

function problem(code: DecodeProblem['code'], slot: number, message: string): DecodeResult {
  return { ok: false, problem: { code, slot, message } };
}
