import type { Form } from '../isa/form.ts';
import type { Instruction } from '../isa/instruction.ts';
import { readCell } from './explore/stack-reads.ts';
import type { MapReference, Program } from './program.ts';
import type { StackCell } from './state/stack-cell.ts';
import type { State } from './state/state.ts';
import type { Value, ValueKind } from './state/value.ts';
import type { Functions } from './structure/functions.ts';

/** What a caller may choose. */
export interface VerifierOptions {
  /** Reading stack that was never written is allowed, as to privileged users in Linux. Default: true. */
  readonly allowUninitializedStack?: boolean;
  /** Every access must be aligned, as with BPF_F_STRICT_ALIGNMENT. Default: false. */
  readonly strictAlignment?: boolean;
  /** Follow every path to its end, also where a safe state covers it: slow, for tests. Default: false. */
  readonly exhaustive?: boolean;
}

/**
 * The run of one verification: the program, the state at hand, and what accumulates over all paths. `requires/` reads
 * it, `does/` changes it.
 */
export class Machine {
  slot = 0;
  /** Branches not yet taken, last first. */
  readonly pending: { slot: number; state: State }[] = [];
  /** Bytes of stack each function was seen to use. */
  readonly stackBytes: number[];
  onFork: ((state: State) => void) | undefined;
  readonly #pointerKinds: (ValueKind | undefined)[] = [];
  #lastId = 0;

  constructor(
    readonly program: Program,
    readonly functions: Functions,
    readonly options: VerifierOptions,
    public state: State,
  ) {
    this.stackBytes = functions.ranges.map(() => 0);
  }

  get instruction(): Instruction {
    return this.program.code.instructions[this.slot]!;
  }

  get form(): Form {
    return this.program.code.forms[this.slot]!;
  }

  get allowUninitializedStack(): boolean {
    return this.options.allowUninitializedStack ?? true;
  }

  /** What the LDDW at the current slot refers to. */
  get mapReference(): MapReference | undefined {
    return this.program.input.maps?.get(this.slot);
  }

  register(index: number): Value {
    return this.state.register(index);
  }

  setRegister(index: number, value: Value): void {
    this.state.setRegister(index, value);
  }

  /** What `nextId` will give. */
  get freshId(): number {
    return this.#lastId + 1;
  }

  nextId(): number {
    return ++this.#lastId;
  }

  /** The cell, noting that what comes depends on it. */
  readCell(depth: number, index: number): StackCell {
    this.state.steps++;
    readCell(this.state, depth, index);
    return this.state.frames[depth]!.cell(index);
  }

  /** Notes that the frame at `depth` is used down to `off`. */
  touchStack(depth: number, off: number): void {
    const bytes = this.state.growStack(depth, off);
    const index = this.state.frames[depth]!.functionIndex;
    if (bytes > this.stackBytes[index]!) this.stackBytes[index] = bytes;
  }

  /** Leaves a copy of the state to be taken up at `slot` later; gives the copy. */
  push(slot: number): State {
    const state = this.state.clone();
    this.pending.push({ slot, state });
    this.onFork?.(state);
    if (state.parent) state.parent.branches++;
    return state;
  }

  /**
   * Whether the instruction at hand has been used with a kind of pointer before that is accessed differently: its
   * machine code is chosen by that kind.
   * Kernel: kernel/bpf/verifier.c save_aux_ptr_type().
   */
  pointerKindClashes(kind: ValueKind): boolean {
    const before = this.#pointerKinds[this.slot];
    if (before === undefined) this.#pointerKinds[this.slot] = kind;
    return before !== undefined && before !== kind && (isTranslated(kind) || isTranslated(before));
  }
}

function isTranslated(kind: ValueKind): boolean {
  return kind === 'ctx' || kind === 'sock' || kind === 'sock_common' || kind === 'xdp_sock';
}
