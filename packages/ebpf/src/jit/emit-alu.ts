import type { AluOp, Form } from '../isa/form.ts';
import type { Instruction } from '../isa/instruction.ts';
import type { FunctionEmitter } from './function-emitter.ts';
import { I32, I64, W } from './wasm-opcode.ts';

type AluForm = Extract<Form, { kind: 'alu' }>;
type SimpleOp = Exclude<AluOp, 'div' | 'sdiv' | 'mod' | 'smod' | 'mov' | 'movsx' | 'neg'>;

const WIDE: Record<SimpleOp, W> = {
  add: W.i64Add,
  sub: W.i64Sub,
  mul: W.i64Mul,
  or: W.i64Or,
  and: W.i64And,
  xor: W.i64Xor,
  lsh: W.i64Shl,
  rsh: W.i64ShrU,
  arsh: W.i64ShrS,
};
const NARROW: Record<SimpleOp, W> = {
  add: W.i32Add,
  sub: W.i32Sub,
  mul: W.i32Mul,
  or: W.i32Or,
  and: W.i32And,
  xor: W.i32Xor,
  lsh: W.i32Shl,
  rsh: W.i32ShrU,
  arsh: W.i32ShrS,
};

/** Arithmetic and moves. Spec: RFC 9669 §4.1. */
export function emitAlu(f: FunctionEmitter, form: AluForm, instruction: Instruction): void {
  const { dst } = instruction;
  const wide = form.bits === 64;
  switch (form.op) {
    case 'mov':
      operand(f, form, instruction);
      break;
    case 'movsx':
      f.register(instruction.src);
      if (!wide) f.op(W.i32WrapI64, form.from === 8 ? W.i32Extend8S : W.i32Extend16S);
      else f.op(form.from === 8 ? W.i64Extend8S : form.from === 16 ? W.i64Extend16S : W.i64Extend32S);
      break;
    case 'neg':
      if (wide) f.i64(0);
      else f.i32(0);
      value(f, wide, dst);
      f.op(wide ? W.i64Sub : W.i32Sub);
      break;
    case 'div':
    case 'sdiv':
    case 'mod':
    case 'smod':
      divide(f, form, form.op, instruction);
      break;
    default:
      value(f, wide, dst);
      operand(f, form, instruction);
      f.op(wide ? WIDE[form.op] : NARROW[form.op]);
  }
  if (wide) f.setRegister(dst);
  else f.setRegisterLow(dst);
}

/** Pushes a register at the operation's width. */
export function value(f: FunctionEmitter, wide: boolean, register: number): void {
  if (wide) f.register(register);
  else f.registerLow(register);
}

/** Pushes the second operand at the operation's width. */
export function operand(
  f: FunctionEmitter,
  form: { readonly bits: 32 | 64; readonly source: 'imm' | 'reg' | 'none' },
  instruction: Instruction,
): void {
  const wide = form.bits === 64;
  if (form.source === 'reg') value(f, wide, instruction.src);
  else if (wide) f.i64(instruction.imm);
  else f.i32(instruction.imm);
}

/**
 * Division and remainder, which WebAssembly traps on and BPF does not: by zero the quotient is 0 and the remainder the
 * dividend; the smallest number by -1 is itself.
 */
function divide(
  f: FunctionEmitter,
  form: AluForm,
  op: 'div' | 'sdiv' | 'mod' | 'smod',
  instruction: Instruction,
): void {
  const wide = form.bits === 64;
  const byZero = (): void => {
    if (op === 'mod' || op === 'smod') value(f, wide, instruction.dst);
    else if (wide) f.i64(0);
    else f.i32(0);
  };
  const negated = (): void => {
    if (wide) f.i64(0);
    else f.i32(0);
    value(f, wide, instruction.dst);
    f.op(wide ? W.i64Sub : W.i32Sub);
  };
  const plain = (): void => {
    value(f, wide, instruction.dst);
    operand(f, form, instruction);
    f.op(divisionOpcode(op, wide));
  };
  if (form.source === 'imm') {
    if (instruction.imm === 0) byZero();
    else if (instruction.imm === -1 && op === 'sdiv') negated();
    else plain();
    return;
  }
  operand(f, form, instruction);
  f.op(wide ? W.i64Eqz : W.i32Eqz);
  choose(f, wide, byZero, () => {
    if (op !== 'sdiv') {
      plain();
      return;
    }
    operand(f, form, instruction);
    if (wide) f.i64(-1);
    else f.i32(-1);
    f.op(wide ? W.i64Eq : W.i32Eq);
    choose(f, wide, negated, plain);
  });
}

function divisionOpcode(op: 'div' | 'sdiv' | 'mod' | 'smod', wide: boolean): W {
  switch (op) {
    case 'div':
      return wide ? W.i64DivU : W.i32DivU;
    case 'sdiv':
      return wide ? W.i64DivS : W.i32DivS;
    case 'mod':
      return wide ? W.i64RemU : W.i32RemU;
    case 'smod':
      return wide ? W.i64RemS : W.i32RemS;
    default:
      return op satisfies never;
  }
}

/** `if` with a value: the condition is on the stack. */
function choose(f: FunctionEmitter, wide: boolean, then: () => void, otherwise: () => void): void {
  f.op(W.if);
  f.out.byte(wide ? I64 : I32);
  then();
  f.op(W.else);
  otherwise();
  f.op(W.end);
}

/** Byte order. Spec: RFC 9669 §4.2. */
export function emitEndian(f: FunctionEmitter, op: 'le' | 'be' | 'bswap', bits: 16 | 32 | 64, dst: number): void {
  if (op === 'le') {
    if (bits === 64) return;
    f.registerLow(dst);
    if (bits === 16) {
      f.i32(0xffff);
      f.op(W.i32And);
    }
    f.setRegisterLow(dst);
    return;
  }
  if (bits === 64) {
    f.register(dst);
    f.i64(32);
    f.op(W.i64ShrU, W.i32WrapI64);
    swapWord(f);
    f.op(W.i64ExtendI32U);
    f.registerLow(dst);
    swapWord(f);
    f.op(W.i64ExtendI32U);
    f.i64(32);
    f.op(W.i64Shl, W.i64Or);
    f.setRegister(dst);
    return;
  }
  f.registerLow(dst);
  swapWord(f);
  if (bits === 16) {
    f.i32(16);
    f.op(W.i32ShrU);
  }
  f.setRegisterLow(dst);
}

/** Replaces the 32 bits on the stack by the same with their bytes turned round. */
function swapWord(f: FunctionEmitter): void {
  f.tee(f.word);
  f.i32(8);
  f.op(W.i32Rotl);
  f.i32(0x00ff00ff);
  f.op(W.i32And);
  f.get(f.word);
  f.i32(24);
  f.op(W.i32Rotl);
  f.i32(0xff00ff00 | 0);
  f.op(W.i32And, W.i32Or);
}
