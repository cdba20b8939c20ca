import { ByteWriter } from './byte-writer.ts';
import { I32, I64, W } from './wasm-opcode.ts';

/**
 * Writes one WebAssembly function's body. Registers r0 … r9 are 64-bit locals; the frame pointer is the 32-bit parameter
 * after the register parameters, and the stack's lowest address a 32-bit local, so that stack offsets are never
 * negative.
 *
 * Parameters: r1 and the frame pointer in a program, r1 … r5 and the frame pointer in a function it calls.
 */
export class FunctionEmitter {
  readonly out = new ByteWriter();
  /** Local of each register r0 … r9. */
  readonly #locals: readonly number[];
  readonly framePointer: number;
  readonly stackLow: number;
  /** Scratch locals. */
  readonly wideA: number;
  readonly wideB: number;
  readonly word: number;
  /** Block to run next, in functions with irreducible flow. */
  readonly state: number;
  readonly #parameters: number;

  constructor(isProgram: boolean) {
    const parameters = isProgram ? 2 : 6;
    const locals: number[] = [];
    let next = parameters;
    for (let register = 0; register < 10; register++) {
      const passed = register >= 1 && register <= (isProgram ? 1 : 5);
      locals.push(passed ? register - 1 : next++);
    }
    this.#parameters = parameters;
    this.#locals = locals;
    this.framePointer = parameters - 1;
    this.wideA = next++;
    this.wideB = next++;
    this.stackLow = next++;
    this.word = next++;
    this.state = next++;
  }

  /** The code section's entry: declarations of locals, then the body. */
  finish(): ByteWriter {
    const entry = new ByteWriter();
    const wide = this.wideB + 1 - this.#parameters;
    entry.unsigned(2);
    entry.unsigned(wide);
    entry.byte(I64);
    entry.unsigned(3);
    entry.byte(I32);
    entry.bytes(this.out.take());
    return entry;
  }

  op(...opcodes: W[]): void {
    for (const opcode of opcodes) this.out.byte(opcode);
  }

  get(local: number): void {
    this.out.byte(W.localGet);
    this.out.unsigned(local);
  }

  set(local: number): void {
    this.out.byte(W.localSet);
    this.out.unsigned(local);
  }

  tee(local: number): void {
    this.out.byte(W.localTee);
    this.out.unsigned(local);
  }

  i32(value: number): void {
    this.out.byte(W.i32Const);
    this.out.signed(value);
  }

  /** A 64-bit constant from a signed 32-bit one. */
  i64(value: number): void {
    this.out.byte(W.i64Const);
    this.out.signed(value);
  }

  i64Big(value: bigint): void {
    this.out.byte(W.i64Const);
    this.out.signed64(value);
  }

  /** A load or store; alignment is a hint, and none is given. */
  memory(opcode: W, offset: number): void {
    this.out.byte(opcode);
    this.out.unsigned(0);
    this.out.unsigned(offset);
  }

  call(index: number): void {
    this.out.byte(W.call);
    this.out.unsigned(index);
  }

  /** Pushes a register's 64 bits. */
  register(register: number): void {
    if (register === 10) {
      this.get(this.framePointer);
      this.op(W.i64ExtendI32U);
    } else this.get(this.#locals[register]!);
  }

  /** Pushes a register's low 32 bits. */
  registerLow(register: number): void {
    if (register === 10) this.get(this.framePointer);
    else {
      this.get(this.#locals[register]!);
      this.op(W.i32WrapI64);
    }
  }

  /** Pops 64 bits into a register. */
  setRegister(register: number): void {
    this.set(this.#locals[register]!);
  }

  /** Pops 32 bits into a register, zero-extended. */
  setRegisterLow(register: number): void {
    this.op(W.i64ExtendI32U);
    this.setRegister(register);
  }
}
