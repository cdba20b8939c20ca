import type { Arena } from '../memory/arena.ts';
import { BpfTrap } from './bpf-trap.ts';
import type { HelperCall } from './helper-call.ts';
import { MAX_BPF_STACK, MAX_CALL_FRAMES } from './limits.ts';
import type { LinkedCode } from './link.ts';
import { type Predecoded, STRIDE } from './predecode.ts';

/** Where r6 and the frame pointer's low half stand in the register file. */
const R6 = 12;
const R10 = 20;
/** Words kept for a frame: where to return, r6 … r9. */
const FRAME_WORDS = 9;

/**
 * One activation of an interpreted program: its registers, its call stack, where it is. Kept and reused between runs.
 */
export class Machine {
  readonly code: Int32Array;
  readonly registers: Int32Array;
  readonly u8: Uint8Array;
  readonly view: DataView;
  readonly addressMin = 4096;
  readonly addressEnd: number;
  /** Instruction being run, as an index of `code`. */
  pc = 0;
  /** Instructions run since the machine was made. */
  executed = 0;
  readonly #frames = new Int32Array(FRAME_WORDS * MAX_CALL_FRAMES);
  #depth = 0;
  #callbackWork = 0;

  constructor(
    readonly linked: LinkedCode,
    predecoded: Predecoded,
    readonly calls: readonly (HelperCall | undefined)[],
    readonly arena: Arena,
    /** Most instructions of one run. */
    readonly budget: number,
  ) {
    this.code = predecoded.code;
    this.registers = predecoded.registers.slice();
    this.u8 = arena.u8;
    this.view = arena.view;
    this.addressEnd = arena.size;
  }

  /** Sets up a run: `ctx` in r1, the frame pointer in r10, the other registers 0. */
  start(ctx: number, framePointer: number): void {
    const r = this.registers;
    r.fill(0, 0, R10);
    r[2] = ctx;
    r[R10] = framePointer;
    r[R10 + 1] = 0;
    this.pc = 0;
    this.#depth = 0;
    this.#callbackWork = 0;
  }

  get depth(): number {
    return this.#depth;
  }

  /** Slot of the instruction being run. */
  get slot(): number {
    return this.linked.slotOf[this.pc / STRIDE]!;
  }

  /** A local call: keeps r6 … r9 and the place to return to, and moves to a fresh frame. */
  enter(returnTo: number): void {
    if (this.#depth === MAX_CALL_FRAMES - 1) {
      throw new BpfTrap('call-depth', this.linked.name, `more than ${MAX_CALL_FRAMES} nested functions`, this.slot);
    }
    const at = this.#depth * FRAME_WORDS;
    this.#frames[at] = returnTo;
    for (let i = 0; i < 8; i++) this.#frames[at + 1 + i] = this.registers[R6 + i]!;
    this.#depth++;
    this.registers[R10]! += MAX_BPF_STACK;
  }

  /** Return from a function: where to go on, or -1 when the program itself is done. */
  leave(): number {
    if (this.#depth === 0) return -1;
    this.#depth--;
    const at = this.#depth * FRAME_WORDS;
    for (let i = 0; i < 8; i++) this.registers[R6 + i] = this.#frames[at + 1 + i]!;
    this.registers[R10]! -= MAX_BPF_STACK;
    return this.#frames[at]!;
  }

  /** Adds to, and returns, the instructions that callbacks took in this run. */
  callbackWork(instructions: number): number {
    this.#callbackWork += instructions;
    return this.#callbackWork;
  }

  /** Runs the call of instruction `index`; false when the function that made it is done (a tail call went through). */
  callHelper(index: number): boolean {
    return this.calls[index]!(this);
  }

  badAddress(base: number, offset: number, size: number): never {
    const high = (this.registers[base + 1]! >>> 0).toString(16);
    const low = (this.registers[base]! >>> 0).toString(16).padStart(8, '0');
    const where = `0x${high}${low}${offset < 0 ? '' : '+'}${offset}`;
    throw new BpfTrap(
      'bad-address',
      this.linked.name,
      `access of ${size} bytes at ${where} is outside memory`,
      this.slot,
    );
  }
}
