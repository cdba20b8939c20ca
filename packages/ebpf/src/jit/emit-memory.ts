import type { AccessBits, Form } from '../isa/form.ts';
import type { Instruction } from '../isa/instruction.ts';
import { MAX_BPF_STACK } from '../vm/limits.ts';
import type { FunctionEmitter } from './function-emitter.ts';
import { NO_RESULT, W } from './wasm-opcode.ts';

type AtomicForm = Extract<Form, { kind: 'atomic' }>;

/** How addresses are treated: trusted (a verifier looked), or checked against the arena. */
export interface AddressCheck {
  readonly first: number;
  readonly end: number;
}

const LOAD: Record<AccessBits, W> = { 8: W.i64Load8U, 16: W.i64Load16U, 32: W.i64Load32U, 64: W.i64Load };
const LOAD_SIGNED: Record<8 | 16 | 32, W> = { 8: W.i64Load8S, 16: W.i64Load16S, 32: W.i64Load32S };
const STORE: Record<AccessBits, W> = { 8: W.i64Store8, 16: W.i64Store16, 32: W.i64Store32, 64: W.i64Store };

/** dst = *(src + offset) */
export function emitLoad(
  f: FunctionEmitter,
  form: Extract<Form, { kind: 'ldx' }>,
  { dst, src, offset }: Instruction,
  check: AddressCheck | undefined,
): void {
  const rest = pushAddress(f, src, offset, form.bits, check);
  f.memory(form.signed && form.bits !== 64 ? LOAD_SIGNED[form.bits] : LOAD[form.bits], rest);
  f.setRegister(dst);
}

/** *(dst + offset) = src or imm */
export function emitStore(
  f: FunctionEmitter,
  form: Extract<Form, { kind: 'st' | 'stx' }>,
  { dst, src, offset, imm }: Instruction,
  check: AddressCheck | undefined,
): void {
  const rest = pushAddress(f, dst, offset, form.bits, check);
  if (form.kind === 'st') f.i64(imm);
  else f.register(src);
  f.memory(STORE[form.bits], rest);
}

/**
 * Atomic operations; as one thread runs at a time, a load and a store. Spec: RFC 9669 §5.3.
 */
export function emitAtomic(
  f: FunctionEmitter,
  form: AtomicForm,
  { dst, src, offset }: Instruction,
  check: AddressCheck | undefined,
): void {
  const rest = pushAddress(f, dst, offset, form.bits, check);
  f.tee(f.word);
  f.memory(LOAD[form.bits], rest);
  f.set(f.wideA);
  f.get(f.word);
  pushUpdated(f, form, src);
  f.memory(STORE[form.bits], rest);
  if (!form.fetch) return;
  f.get(f.wideA);
  f.setRegister(form.op === 'cmpxchg' ? 0 : src);
}

/** Pushes what an atomic operation stores; the old value is in `wideA`. */
function pushUpdated(f: FunctionEmitter, form: AtomicForm, src: number): void {
  switch (form.op) {
    case 'xchg':
      f.register(src);
      return;
    case 'cmpxchg':
      // select(src, old, old == r0)
      f.register(src);
      f.get(f.wideA);
      f.get(f.wideA);
      if (form.bits === 32) {
        f.registerLow(0);
        f.op(W.i64ExtendI32U);
      } else f.register(0);
      f.op(W.i64Eq, W.select);
      return;
    default:
      f.get(f.wideA);
      f.register(src);
      f.op({ add: W.i64Add, or: W.i64Or, and: W.i64And, xor: W.i64Xor }[form.op]);
  }
}

/**
 * Pushes a 32-bit address and returns the offset to put into the instruction. Stack accesses count from the frame's
 * low end, others add a negative offset here, because WebAssembly's own offsets are unsigned.
 */
function pushAddress(
  f: FunctionEmitter,
  base: number,
  offset: number,
  bits: AccessBits,
  check: AddressCheck | undefined,
): number {
  if (base === 10 && offset >= -MAX_BPF_STACK && offset < 0) {
    f.get(f.stackLow);
    return offset + MAX_BPF_STACK;
  }
  if (check) {
    pushChecked(f, base, offset, bits / 8, check);
    return 0;
  }
  f.registerLow(base);
  if (offset >= 0) return offset;
  f.i32(offset);
  f.op(W.i32Add);
  return 0;
}

/** Pushes an address after making sure, in 64 bits, that the access lies inside memory; traps otherwise. */
function pushChecked(f: FunctionEmitter, base: number, offset: number, bytes: number, check: AddressCheck): void {
  f.register(base);
  f.i64(offset);
  f.op(W.i64Add);
  f.tee(f.wideB);
  f.i64(check.first);
  f.op(W.i64Sub);
  f.i64(check.end - check.first - bytes);
  f.op(W.i64GtU, W.if);
  f.out.byte(NO_RESULT);
  f.op(W.unreachable, W.end);
  f.get(f.wideB);
  f.op(W.i32WrapI64);
}

/** Subtracts a block's length from the fuel word and traps when it is used up. */
export function emitFuel(f: FunctionEmitter, fuelAddress: number, instructions: number): void {
  f.i32(fuelAddress);
  f.i32(fuelAddress);
  f.memory(W.i32Load, 0);
  f.i32(instructions);
  f.op(W.i32Sub);
  f.tee(f.word);
  f.memory(W.i32Store, 0);
  f.get(f.word);
  f.i32(0);
  f.op(W.i32LtS, W.if);
  f.out.byte(NO_RESULT);
  f.op(W.unreachable, W.end);
}

/** Pushes the 64 bits made of the low half on the stack and the high one at `highAddress`. */
export function emitJoin(f: FunctionEmitter, highAddress: number): void {
  f.op(W.i64ExtendI32U);
  f.i32(highAddress);
  f.memory(W.i64Load32U, 0);
  f.i64(32);
  f.op(W.i64Shl, W.i64Or);
}
