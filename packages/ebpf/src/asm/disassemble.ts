import { helperById } from '../abi/helpers.ts';
import { type DecodeProblem, decode } from '../isa/decode.ts';
import type { Form } from '../isa/form.ts';
import type { Instruction } from '../isa/instruction.ts';
import { formOf } from '../isa/table.ts';
import { ALU_OPERATORS, ATOMIC_OPERATORS, JUMP_OPERATORS, PSEUDO_NAMES, typeName } from './notation.ts';

/** One line of a listing. */
export interface ListingLine {
  readonly slot: number;
  readonly text: string;
}

export type DisassembleResult =
  | { readonly ok: true; readonly lines: readonly ListingLine[] }
  | { readonly ok: false; readonly problem: DecodeProblem };

/** Machine code as text, one line for each instruction. */
export function disassemble(code: Uint8Array): DisassembleResult {
  const decoded = decode(code);
  if (!decoded.ok) return decoded;
  const lines = decoded.instructions.map((instruction, i) => ({
    slot: decoded.slotOf[i]!,
    text: formatInstruction(instruction),
  }));
  return { ok: true, lines };
}

/**
 * An instruction as text that `assemble` reads back: `r1 = *(u32 *)(r2 + 4)`, `if w1 s> 5 goto +3`,
 * `call bpf_map_lookup_elem#1`. One that no form describes is shown as its fields.
 */
export function formatInstruction(instruction: Instruction): string {
  const form = formOf(instruction);
  if (!form) {
    const { opcode, dst, src, offset, imm } = instruction;
    return `invalid 0x${opcode.toString(16)} dst=${dst} src=${src} off=${offset} imm=${imm}`;
  }
  return formatAs(form, instruction);
}

function formatAs(form: Form, instruction: Instruction): string {
  const { dst, src, offset, imm } = instruction;
  switch (form.kind) {
    case 'alu':
      return formatAlu(form, instruction);
    case 'endian':
      return `r${dst} = ${form.op}${form.bits} r${dst}`;
    case 'lddw': {
      const value = `0x${(instruction.imm64 ?? BigInt(imm >>> 0)).toString(16)}`;
      return `r${dst} = ${src === 0 ? value : `${PSEUDO_NAMES[src]}[${value}]`} ll`;
    }
    case 'ldabs':
      return `r0 = *(${typeName(form.bits)} *)skb[${imm}]`;
    case 'ldind':
      return `r0 = *(${typeName(form.bits)} *)skb[r${src}${signed(imm)}]`;
    case 'ldx':
      return `r${dst} = *(${typeName(form.bits, form.signed)} *)${place(src, offset)}`;
    case 'st':
      return `*(${typeName(form.bits)} *)${place(dst, offset)} = ${imm}`;
    case 'stx':
      return `*(${typeName(form.bits)} *)${place(dst, offset)} = r${src}`;
    case 'atomic':
      return formatAtomic(form, instruction);
    case 'ja':
      return form.wide ? `gotol ${distance(imm)}` : `goto ${distance(offset)}`;
    case 'jump': {
      const file = form.bits === 64 ? 'r' : 'w';
      const right = form.source === 'reg' ? `${file}${src}` : String(imm);
      return `if ${file}${dst} ${JUMP_OPERATORS[form.op]} ${right} goto ${distance(offset)}`;
    }
    case 'call':
      return formatCall(form.target, instruction);
    case 'exit':
      return 'exit';
    default:
      return form satisfies never;
  }
}

function formatAlu(form: Extract<Form, { kind: 'alu' }>, { dst, src, imm }: Instruction): string {
  const file = form.bits === 64 ? 'r' : 'w';
  if (form.op === 'neg') return `${file}${dst} = -${file}${dst}`;
  if (form.op === 'movsx') return `${file}${dst} = (s${form.from})${file}${src}`;
  return `${file}${dst} ${ALU_OPERATORS[form.op]} ${form.source === 'reg' ? `${file}${src}` : imm}`;
}

function formatAtomic(form: Extract<Form, { kind: 'atomic' }>, { dst, src, offset }: Instruction): string {
  const at = `(${typeName(form.bits)} *)${place(dst, offset)}`;
  if (form.op === 'cmpxchg') return `r0 = atomic_cmpxchg(${at}, r0, r${src})`;
  if (form.op === 'xchg') return `r${src} = atomic_xchg(${at}, r${src})`;
  if (form.fetch) return `r${src} = atomic_fetch_${form.op}(${at}, r${src})`;
  return `lock *${at} ${ATOMIC_OPERATORS[form.op]} r${src}`;
}

function formatCall(target: 'helper' | 'local' | 'kfunc', { imm, offset }: Instruction): string {
  switch (target) {
    case 'helper': {
      const row = helperById(imm);
      return row ? `call bpf_${row.name}#${imm}` : `call ${imm}`;
    }
    case 'local':
      return `call pc${distance(imm)}`;
    case 'kfunc':
      return offset === 0 ? `call kfunc#${imm}` : `call kfunc#${imm} module ${offset}`;
    default:
      return target satisfies never;
  }
}

function place(register: number, offset: number): string {
  return `(r${register}${signed(offset)})`;
}

function signed(n: number): string {
  return n < 0 ? ` - ${-n}` : ` + ${n}`;
}

function distance(n: number): string {
  return n < 0 ? String(n) : `+${n}`;
}
