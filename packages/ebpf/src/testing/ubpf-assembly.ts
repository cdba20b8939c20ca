import * as build from '../isa/build.ts';
import { slotsOf } from '../isa/decode.ts';
import type { AccessBits, AluOp, AtomicOp, JumpOp } from '../isa/form.ts';
import type { Instruction } from '../isa/instruction.ts';

export type UbpfResult =
  | { readonly ok: true; readonly instructions: readonly Instruction[] }
  | { readonly ok: false; readonly line: number; readonly message: string };

/** An instruction whose distance is known once all labels are. */
type Pending = (distance: (label: string) => number) => Instruction;

/** Raised inside the reader for text it cannot take. */
class Unreadable extends Error {}

/**
 * Assembles the uBPF dialect, in which the bpf_conformance vectors are written: `add32 %r1, 5`, `ldxw %r0, [%r1+4]`,
 * `jeq %r1, 3, label`, `lock fetch add [%r10-8], %r1`. The label `exit` is the last exit instruction.
 */
export function assembleUbpf(text: string): UbpfResult {
  const pending: { make: Pending; line: number; slot: number }[] = [];
  const labels = new Map<string, number>();
  let slot = 0;
  let number = 0;
  try {
    for (const line of text.split('\n')) {
      number++;
      const label = /^\s*([A-Za-z_]\w*):\s*(.*)$/.exec(line);
      if (label) labels.set(label[1]!, slot);
      const source = (label ? label[2]! : line).trim();
      if (source === '') continue;
      if (source === 'exit' && !text.includes('exit:')) labels.set('exit', slot);
      const make = readLine(source);
      pending.push({ make, line: number, slot });
      slot += source.startsWith('lddw') ? 2 : 1;
    }
    const instructions = pending.map(({ make, line, slot: from }) => {
      number = line;
      return make((name) => {
        if (/^[+-]\d+$/.test(name)) return Number(name);
        const to = labels.get(name);
        if (to === undefined) throw new Unreadable(`no label ${name}`);
        return to - from - 1;
      });
    });
    return { ok: true, instructions };
  } catch (problem) {
    if (problem instanceof Unreadable) return { ok: false, line: number, message: problem.message };
    throw problem;
  }
}

/** Slots that instructions take. */
export function slotCount(instructions: readonly Instruction[]): number {
  return instructions.reduce((sum, instruction) => sum + slotsOf(instruction), 0);
}

const ALU = /^(add|sub|mul|div|mod|sdiv|smod|or|and|xor|lsh|rsh|arsh|mov)(32|64)?$/;
const JUMP = /^(jeq|jne|jgt|jge|jlt|jle|jsgt|jsge|jslt|jsle|jset)(32)?$/;
const MOVSX = /^movsx(8|16|32)(32|64)$/;
const ENDIAN = /^(le|be|swap|bswap)(16|32|64)$/;
const ACCESS = /^(ldxs|ldx|stx|st)(b|h|w|dw)$/;
const ATOMIC = /^lock (fetch )?(add|or|and|xor|xchg|cmpxchg)(32)?$/;
const BITS = { b: 8, h: 16, w: 32, dw: 64 } as const;

function readLine(source: string): Pending {
  const split = /^(call local\b|(?:lock (?:fetch )?)?\s*\S*)\s*(.*)$/.exec(source)!;
  const mnemonic = split[1]!.replace(/\s+/g, ' ').trim();
  const operands = split[2] === '' ? [] : split[2]!.split(',').map((operand) => operand.trim());
  return readFixed(mnemonic, operands) ?? readJump(mnemonic, operands);
}

function readFixed(mnemonic: string, operands: readonly string[]): Pending | undefined {
  const made = readArithmetic(mnemonic, operands) ?? readMemory(mnemonic, operands);
  return made && (() => made);
}

function readArithmetic(mnemonic: string, operands: readonly string[]): Instruction | undefined {
  const alu = ALU.exec(mnemonic);
  if (alu) {
    const [dst, operand] = count(operands, 2);
    const bits = alu[2] === '32' ? 32 : 64;
    const op = alu[1] as Exclude<AluOp, 'neg' | 'movsx'>;
    return operand!.startsWith('%')
      ? build.aluReg(op, bits, register(dst!), register(operand!))
      : build.aluImm(op, bits, register(dst!), immediate(operand!));
  }
  const movsx = MOVSX.exec(mnemonic);
  if (movsx) {
    const [dst, src] = count(operands, 2);
    return build.movsx(Number(movsx[2]) as 32 | 64, Number(movsx[1]) as 8 | 16 | 32, register(dst!), register(src!));
  }
  const endian = ENDIAN.exec(mnemonic);
  if (endian) {
    const order = endian[1] === 'swap' ? 'bswap' : (endian[1] as 'le' | 'be' | 'bswap');
    return build.endian(order, Number(endian[2]) as 16 | 32 | 64, register(count(operands, 1)[0]!));
  }
  if (mnemonic === 'neg' || mnemonic === 'neg64' || mnemonic === 'neg32') {
    return build.neg(mnemonic === 'neg32' ? 32 : 64, register(count(operands, 1)[0]!));
  }
  return undefined;
}

function readMemory(mnemonic: string, operands: readonly string[]): Instruction | undefined {
  if (mnemonic === 'lddw') {
    const [dst, value] = count(operands, 2);
    return build.lddw(register(dst!), wideImmediate(value!));
  }
  const access = ACCESS.exec(mnemonic);
  if (access) {
    const bits: AccessBits = BITS[access[2] as keyof typeof BITS];
    const [first, second] = count(operands, 2);
    if (access[1] === 'st') return build.st(bits, ...memory(first!), immediate(second!));
    if (access[1] === 'stx') return build.stx(bits, ...memory(first!), register(second!));
    const [src, offset] = memory(second!);
    if (access[1] === 'ldx') return build.ldx(bits, register(first!), src, offset);
    if (bits === 64) throw new Unreadable('no sign extension from 64 bits');
    return build.ldxs(bits, register(first!), src, offset);
  }
  const atomic = ATOMIC.exec(mnemonic);
  if (atomic) {
    const [where, src] = count(operands, 2);
    const [dst, offset] = memory(where!);
    const bits = atomic[3] === '32' ? 32 : 64;
    return build.atomic(atomic[2] as AtomicOp, bits, dst, offset, register(src!), atomic[1] !== undefined);
  }
  return undefined;
}

function readJump(mnemonic: string, operands: readonly string[]): Pending {
  const jump = JUMP.exec(mnemonic);
  if (jump) {
    const [dst, operand, label] = count(operands, 3);
    const bits = jump[2] === '32' ? 32 : 64;
    const op = jump[1] as JumpOp;
    const from = register(dst!);
    if (operand!.startsWith('%')) {
      const src = register(operand!);
      return (distance) => build.jmpReg(op, from, src, distance(label!), bits);
    }
    const imm = immediate(operand!);
    return (distance) => build.jmpImm(op, from, imm, distance(label!), bits);
  }
  switch (mnemonic) {
    case 'ja':
      return (distance) => build.ja(distance(count(operands, 1)[0]!));
    case 'ja32':
      return (distance) => build.ja32(distance(count(operands, 1)[0]!));
    case 'call local':
      return (distance) => build.callLocal(distance(count(operands, 1)[0]!));
    case 'call': {
      const made = build.call(immediate(count(operands, 1)[0]!));
      return () => made;
    }
    case 'exit':
      count(operands, 0);
      return () => build.exit();
    default:
      throw new Unreadable(`no instruction ${mnemonic}`);
  }
}

function count(operands: readonly string[], wanted: number): readonly string[] {
  if (operands.length !== wanted) throw new Unreadable(`${wanted} operands expected, ${operands.length} found`);
  return operands;
}

function register(text: string): number {
  const match = /^%r(\d|10)$/.exec(text);
  if (!match) throw new Unreadable(`no register ${text}`);
  return Number(match[1]);
}

function memory(text: string): [number, number] {
  const match = /^\[(%r\d+)\s*([+-]\s*\w+)?\]$/.exec(text);
  if (!match) throw new Unreadable(`no memory operand ${text}`);
  const offset = match[2] === undefined ? 0 : integer(match[2].replace(/\s/g, ''));
  if (offset < -0x8000n || offset > 0x7fffn) throw new Unreadable(`offset ${text} does not fit 16 bits`);
  return [register(match[1]!), Number(offset)];
}

/** 32 bits: decimal numbers are signed, hexadecimal ones may use all bits. */
function immediate(text: string): number {
  const value = integer(text);
  const max = /0x/i.test(text) ? 0xffffffffn : 0x7fffffffn;
  if (value < -0x80000000n || value > max) throw new Unreadable(`immediate ${text} does not fit 32 bits`);
  return Number(BigInt.asIntN(32, value));
}

function wideImmediate(text: string): bigint {
  return BigInt.asUintN(64, integer(text));
}

function integer(text: string): bigint {
  const match = /^([+-]?)(0x[0-9a-f]+|\d+)$/i.exec(text);
  if (!match) throw new Unreadable(`no number ${text}`);
  return match[1] === '-' ? -BigInt(match[2]!) : BigInt(match[2]!);
}
