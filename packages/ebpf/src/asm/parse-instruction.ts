import { helperNamed } from '../abi/helpers.ts';
import * as build from '../isa/build.ts';
import type { AccessBits, AtomicOp } from '../isa/form.ts';
import type { Instruction } from '../isa/instruction.ts';
import { BPF_PSEUDO_KFUNC_CALL } from '../isa/opcode.ts';
import { formNamed } from '../isa/table.ts';
import { ALU_OPERATORS, ATOMIC_OPERATORS, JUMP_OPERATORS, keyOf, PSEUDO_NAMES } from './notation.ts';

/** An instruction; with `label`, one whose distance in that field is not known yet. */
export interface Parsed {
  readonly instruction: Instruction;
  readonly label?: { readonly name: string; readonly field: 'offset' | 'imm' };
}

const REGISTER = String.raw`([rw])(10|\d)`;
const NUMBER = String.raw`(-?(?:0x[\da-f]+|\d+))`;
const PLACE = String.raw`\(\s*r(10|\d)\s*([+-]\s*(?:0x[\da-f]+|\d+))?\s*\)`;
const TARGET = String.raw`([+-]\d+|[A-Za-z_.][\w.]*)`;

/** Ways to read a line, each a pattern of the whole line and what it makes of the match. */
const PATTERNS: readonly (readonly [RegExp, (m: readonly string[]) => Parsed | Instruction | string | undefined])[] = [
  [pattern(`exit`), () => build.exit()],
  [pattern(`goto ${TARGET}`), ([, target]) => jumpTo(build.ja(0), target!, 'offset')],
  [pattern(`gotol ${TARGET}`), ([, target]) => jumpTo(build.ja32(0), target!, 'imm')],
  [pattern(`if ${REGISTER} (s?[<>]=?|[!=]=|&) (?:${REGISTER}|${NUMBER}) goto ${TARGET}`), conditional],
  [pattern(`call pc([+-]\\d+)`), ([, distance]) => build.callLocal(Number(distance))],
  [pattern(`call kfunc#(-?\\d+)(?: module (-?\\d+))?`), kfunc],
  [pattern(`call (?:bpf_\\w+#)?(-?\\d+)`), ([, id]) => build.call(Number(id))],
  [pattern(`call bpf_(\\w+)`), ([, name]) => helper(name!)],
  [pattern(`call ${TARGET}`), ([, target]) => jumpTo(build.callLocal(0), target!, 'imm')],
  [pattern(`r(10|\\d) = (-?(?:0x[\\da-f]+|\\d+)) ll`), ([, dst, value]) => build.lddw(Number(dst), big(value!))],
  [pattern(`r(10|\\d) = (\\w+)\\[(0x[\\da-f]+|\\d+)\\] ll`), pseudo],
  [pattern(`r(10|\\d) = (le|be|bswap)(16|32|64) r(10|\\d)`), endian],
  [pattern(`${REGISTER} = -\\s*${REGISTER}`), negate],
  [pattern(`${REGISTER} = \\(s(8|16|32)\\)\\s*${REGISTER}`), extend],
  [pattern(`r(10|\\d) = \\*\\(([us])(8|16|32|64) \\*\\)${PLACE}`), load],
  [pattern(`r0 = \\*\\(u(8|16|32) \\*\\)skb\\[${NUMBER}\\]`), ([, bits, at]) => legacy('abs', bits!, 0, at!)],
  [
    pattern(`r0 = \\*\\(u(8|16|32) \\*\\)skb\\[r(10|\\d)\\s*([+-]\\s*\\d+)?\\]`),
    ([, bits, src, at]) => legacy('ind', bits!, Number(src), at ?? '0'),
  ],
  [pattern(`\\*\\(u(8|16|32|64) \\*\\)${PLACE} = (?:r(10|\\d)|${NUMBER})`), store],
  [pattern(`lock \\*\\(u(32|64) \\*\\)${PLACE} ([+|&^]=) r(10|\\d)`), atomicOperator],
  [pattern(`r(10|\\d) = atomic_(?:fetch_)?(\\w+)\\(\\(u(32|64) \\*\\)${PLACE},(?: r0,)? r(10|\\d)\\)`), atomicFunction],
  [pattern(`${REGISTER} (\\S*=) (?:${REGISTER}|${NUMBER})`), arithmetic],
];

/** Reads one instruction; a string says what is wrong. */
export function parseInstruction(source: string): Parsed | string {
  for (const [regex, make] of PATTERNS) {
    const match = regex.exec(source);
    if (!match) continue;
    const made = make(match);
    if (typeof made === 'string') return made;
    if (made !== undefined) return 'instruction' in made ? made : { instruction: made };
  }
  return `not an instruction: ${source}`;
}

/** A pattern in which a space stands for any white space, or none beside a bracket or an operator. */
function pattern(text: string): RegExp {
  return new RegExp(`^${text.replace(/ /g, '\\s*')}$`, 'i');
}

function jumpTo(instruction: Instruction, target: string, field: 'offset' | 'imm'): Parsed | string {
  if (!/^[+-]/.test(target)) return { instruction, label: { name: target, field } };
  const distance = Number(target);
  if (field === 'offset' && (distance < -0x8000 || distance > 0x7fff)) return `distance ${target} does not fit 16 bits`;
  return { instruction: { ...instruction, [field]: distance } };
}

function conditional(m: readonly string[]): Parsed | string {
  const [, file, dst, operator, file2, src, value, target] = m;
  const op = keyOf(JUMP_OPERATORS, operator!);
  if (!op) return `no comparison ${operator}`;
  const bits = file === 'r' ? 64 : 32;
  if (src !== undefined) {
    if (file2 !== file) return 'both sides of a comparison have the same width';
    return jumpTo(build.jmpReg(op, Number(dst), Number(src), 0, bits), target!, 'offset');
  }
  const imm = immediate(value!);
  return typeof imm === 'string' ? imm : jumpTo(build.jmpImm(op, Number(dst), imm, 0, bits), target!, 'offset');
}

function kfunc([, id, module]: readonly string[]): Instruction {
  return { ...build.call(Number(id)), src: BPF_PSEUDO_KFUNC_CALL, offset: Number(module ?? 0) };
}

function helper(name: string): Instruction | string {
  const row = helperNamed(name);
  return row ? build.call(row.id) : `there is no helper bpf_${name}`;
}

function pseudo([, dst, kind, value]: readonly string[]): Instruction | string {
  const index = (PSEUDO_NAMES as readonly string[]).indexOf(kind!);
  return index > 0 ? build.lddw(Number(dst), big(value!), index) : `no kind of constant ${kind}`;
}

function endian([, dst, op, bits, src]: readonly string[]): Instruction | string {
  if (dst !== src) return 'byte order is changed in place: both registers must be the same';
  return build.endian(op as 'le' | 'be' | 'bswap', Number(bits) as 16 | 32 | 64, Number(dst));
}

function negate([, file, dst, file2, src]: readonly string[]): Instruction | string {
  if (file !== file2 || dst !== src) return 'negation is in place: both registers must be the same';
  return build.neg(file === 'r' ? 64 : 32, Number(dst));
}

function extend([, file, dst, from, file2, src]: readonly string[]): Instruction | string {
  if (file !== file2) return 'both sides have the same width';
  if (file === 'w' && from === '32') return 'a 32-bit register has nothing to extend from 32 bits';
  return build.movsx(file === 'r' ? 64 : 32, Number(from) as 8 | 16 | 32, Number(dst), Number(src));
}

function load([, dst, sign, bits, base, offset]: readonly string[]): Instruction | string {
  const at = offset16(offset);
  if (typeof at === 'string') return at;
  if (sign === 'u') return build.ldx(Number(bits) as AccessBits, Number(dst), Number(base), at);
  if (bits === '64') return 'a 64-bit load has nothing to extend';
  return build.ldxs(Number(bits) as 8 | 16 | 32, Number(dst), Number(base), at);
}

function legacy(mode: 'abs' | 'ind', bits: string, src: number, at: string): Instruction {
  const suffix = bits === '8' ? 'b' : bits === '16' ? 'h' : 'w';
  const { opcode } = formNamed(`ld${mode}${suffix}`);
  return { opcode, dst: 0, src, offset: 0, imm: Number(at.replace(/\s/g, '')) };
}

function store([, bits, base, offset, src, value]: readonly string[]): Instruction | string {
  const at = offset16(offset);
  if (typeof at === 'string') return at;
  if (src !== undefined) return build.stx(Number(bits) as AccessBits, Number(base), at, Number(src));
  const imm = immediate(value!);
  return typeof imm === 'string' ? imm : build.st(Number(bits) as AccessBits, Number(base), at, imm);
}

function atomicOperator([, bits, base, offset, operator, src]: readonly string[]): Instruction | string {
  const at = offset16(offset);
  if (typeof at === 'string') return at;
  const op = keyOf(ATOMIC_OPERATORS, operator!)!;
  return build.atomic(op, bits === '64' ? 64 : 32, Number(base), at, Number(src));
}

function atomicFunction(m: readonly string[]): Instruction | string {
  const [, result, op, bits, base, offset, src] = m;
  const at = offset16(offset);
  if (typeof at === 'string') return at;
  if (op !== 'xchg' && op !== 'cmpxchg' && !(op! in ATOMIC_OPERATORS)) return `no atomic operation ${op}`;
  if (result !== (op === 'cmpxchg' ? '0' : src))
    return 'the result of an atomic operation replaces its operand (r0 in cmpxchg)';
  return build.atomic(op as AtomicOp, bits === '64' ? 64 : 32, Number(base), at, Number(src), true);
}

function arithmetic([, file, dst, operator, file2, src, value]: readonly string[]): Instruction | string {
  const op = keyOf(ALU_OPERATORS, operator!.toLowerCase());
  if (!op) return `no operator ${operator}`;
  const bits = file === 'r' ? 64 : 32;
  if (src !== undefined) {
    if (file !== file2) return 'both registers have the same width';
    return build.aluReg(op, bits, Number(dst), Number(src));
  }
  const imm = immediate(value!);
  return typeof imm === 'string' ? imm : build.aluImm(op, bits, Number(dst), imm);
}

function offset16(text: string | undefined): number | string {
  const value = Number(text?.replace(/\s|\+/g, '').replace(/^-0x/, '0x') ?? 0);
  const signed = text?.startsWith('-') && text.includes('0x') ? -value : value;
  return signed < -0x8000 || signed > 0x7fff ? `offset ${text} does not fit 16 bits` : signed;
}

/** 32 bits: decimal numbers are signed, hexadecimal ones may use all bits. */
function immediate(text: string): number | string {
  const value = big(text);
  const max = /0x/i.test(text) ? 0xffffffffn : 0x7fffffffn;
  return value < -0x80000000n || value > max ? `${text} does not fit 32 bits` : Number(BigInt.asIntN(32, value));
}

function big(text: string): bigint {
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
}
