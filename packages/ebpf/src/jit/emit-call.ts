import { argWidth, type HelperRow } from '../abi/helper.ts';
import type { Form } from '../isa/form.ts';
import type { Instruction } from '../isa/instruction.ts';
import { MAX_BPF_STACK } from '../vm/limits.ts';
import { emitJoin } from './emit-memory.ts';
import type { FunctionEmitter } from './function-emitter.ts';
import { NO_RESULT, W } from './wasm-opcode.ts';

/** Calls an imported helper: arguments as 32-bit numbers, two for a 64-bit scalar; sets r0. */
export function emitHelperCall(f: FunctionEmitter, row: HelperRow, index: number, resultHigh: number): void {
  row.args.forEach((arg, i) => {
    f.registerLow(i + 1);
    if (argWidth(arg) === 2) pushHigh(f, i + 1);
  });
  for (let i = row.args.length; i < row.args.length + (row.variadic ?? 0); i++) {
    f.registerLow(i + 1);
    pushHigh(f, i + 1);
  }
  f.call(index);
  switch (row.returns) {
    case 'int':
      f.op(W.i64ExtendI32S);
      break;
    case 'u64':
      emitJoin(f, resultHigh);
      break;
    case 'void':
      f.op(W.i64ExtendI32U);
      f.i64(0);
      f.op(W.i64And);
      break;
    case 'u32':
    case 'map-value-or-null':
    case 'alloc-mem-or-null':
    case 'socket-or-null':
    case 'sock-common-or-null':
      f.op(W.i64ExtendI32U);
      break;
    default:
      row.returns satisfies never;
  }
  f.setRegister(0);
}

/** Numbers a helper's import takes. */
export function helperParameters(row: HelperRow): number {
  return row.args.reduce((sum, arg) => sum + argWidth(arg), 0) + 2 * (row.variadic ?? 0);
}

/** Calls another function of the program, which gets the next stack frame. */
export function emitLocalCall(f: FunctionEmitter, index: number): void {
  for (let register = 1; register <= 5; register++) f.register(register);
  f.get(f.framePointer);
  f.i32(MAX_BPF_STACK);
  f.op(W.i32Add);
  f.call(index);
  f.setRegister(0);
}

/** Calls one of the imports that need the frame pointer too: bpf_loop, bpf_for_each_map_elem. */
export function emitCallbackCall(f: FunctionEmitter, row: HelperRow, index: number): void {
  row.args.forEach((arg, i) => {
    f.registerLow(i + 1);
    if (argWidth(arg) === 2) pushHigh(f, i + 1);
  });
  f.get(f.framePointer);
  f.call(index);
  f.op(W.i64ExtendI32S);
  f.setRegister(0);
}

/** Legacy packet load: r0 = value at imm (+ src); past the packet's end the function returns 0. */
export function emitPacketLoad(
  f: FunctionEmitter,
  form: Extract<Form, { kind: 'ldabs' | 'ldind' }>,
  { src, imm }: Instruction,
  index: number,
  failed: number,
): void {
  f.registerLow(6);
  f.i32(imm);
  if (form.kind === 'ldind') {
    f.registerLow(src);
    f.op(W.i32Add);
  }
  f.i32(form.bits / 8);
  f.call(index);
  f.setRegisterLow(0);
  f.i32(failed);
  f.memory(W.i32Load, 0);
  f.op(W.if);
  f.out.byte(NO_RESULT);
  f.i64(0);
  f.op(W.return, W.end);
}

/** bpf_tail_call: asks for the target's place in the program table; 0 means that there is none, and it goes on. */
export function emitTailCall(f: FunctionEmitter, tailTarget: number, programType: number): void {
  f.registerLow(2);
  f.registerLow(3);
  f.call(tailTarget);
  f.tee(f.word);
  f.op(W.if);
  f.out.byte(NO_RESULT);
  f.register(1);
  f.get(f.framePointer);
  f.get(f.word);
  f.op(W.returnCallIndirect);
  f.out.unsigned(programType);
  f.out.unsigned(0);
  f.op(W.end);
}

function pushHigh(f: FunctionEmitter, register: number): void {
  f.register(register);
  f.i64(32);
  f.op(W.i64ShrU, W.i32WrapI64);
}
