import type { Arena } from '../memory/arena.ts';
import { BpfTrap } from './bpf-trap.ts';
import { MAX_BPF_STACK, MAX_CALL_FRAMES, MAX_TAIL_CALL_CNT, NESTED_RUNS_MAX } from './limits.ts';

const STACK_BYTES = MAX_BPF_STACK * MAX_CALL_FRAMES;

/** Byte offsets in the block of words that interpreter, compiled code and helpers share. */
export const RESULT_HIGH = 0;
export const TAIL_CALLS_LEFT = 4;
export const FUEL = 8;
const PACKET_WORD = 16;
const BLOCK_BYTES = 64;

/**
 * What a running program has besides its registers: a stack, the count of tail calls it may still make, and the high
 * half of 64-bit results. It lives in the arena, where compiled code reaches it without calling out.
 */
export class RunState {
  readonly arena: Arena;
  /** Address of the shared words. */
  readonly block: number;
  readonly #i32: Int32Array;
  readonly #resultHigh: number;
  readonly #tailCallsLeft: number;
  readonly #fuel: number;
  readonly #stackEnd: number;
  #stack: number;

  constructor(arena: Arena) {
    this.arena = arena;
    this.#i32 = arena.i32;
    this.block = arena.alloc(BLOCK_BYTES);
    this.#resultHigh = (this.block + RESULT_HIGH) >> 2;
    this.#tailCallsLeft = (this.block + TAIL_CALLS_LEFT) >> 2;
    this.#fuel = (this.block + FUEL) >> 2;
    this.#stack = arena.alloc(STACK_BYTES * NESTED_RUNS_MAX);
    this.#stackEnd = this.#stack + STACK_BYTES * NESTED_RUNS_MAX;
  }

  /** High half of a helper's, or a program's, 64-bit result. */
  get resultHigh(): number {
    return this.#i32[this.#resultHigh]!;
  }
  set resultHigh(value: number) {
    this.#i32[this.#resultHigh] = value;
  }

  get tailCallsLeft(): number {
    return this.#i32[this.#tailCallsLeft]!;
  }
  set tailCallsLeft(value: number) {
    this.#i32[this.#tailCallsLeft] = value;
  }

  /** Instructions a compiled program with a budget may still run. */
  get fuel(): number {
    return this.#i32[this.#fuel]!;
  }
  set fuel(value: number) {
    this.#i32[this.#fuel] = value;
  }

  /** Eight bytes for what is read from a packet. */
  get packetWord(): number {
    return this.block + PACKET_WORD;
  }

  /**
   * Begins a run: takes a stack and returns its frame pointer (one past the first frame's end). `fuel` is what compiled
   * programs that count may use up.
   */
  push(program: string, fuel: number): number {
    const framePointer = this.#stack + MAX_BPF_STACK;
    if (this.#stack === this.#stackEnd)
      throw new BpfTrap('nesting', program, 'too many programs run inside each other');
    this.#stack += STACK_BYTES;
    this.tailCallsLeft = MAX_TAIL_CALL_CNT;
    this.fuel = fuel;
    return framePointer;
  }

  /** Ends the run that `push` began, and gives the outer one its counts back. */
  pop(tailCallsLeft: number, fuel: number): void {
    this.#stack -= STACK_BYTES;
    this.tailCallsLeft = tailCallsLeft;
    this.fuel = fuel;
  }

  /** Zeroes the stack of a run, for programs that may read what they did not write. */
  clearStack(framePointer: number): void {
    this.arena.u8.fill(0, framePointer - MAX_BPF_STACK, framePointer - MAX_BPF_STACK + STACK_BYTES);
  }
}
