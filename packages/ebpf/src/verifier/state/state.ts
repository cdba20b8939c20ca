import { FRAME_POINTER, REGISTERS } from '../../isa/opcode.ts';
import type { Checkpoint } from '../explore/checkpoint.ts';
import { cellIndex, EMPTY_CELL, type StackCell } from './stack-cell.ts';
import { pointer, UNINITIALISED, type Value } from './value.ts';

/** A function on its way: registers and stack. */
export class Frame {
  /** Cells written whole since the last checkpoint, as two 32-bit masks: reading those says nothing about before. */
  writtenLow = -1;
  writtenHigh = -1;

  constructor(
    /** Slot of the call; the caller goes on after it. */
    readonly callSite: number,
    readonly functionIndex: number,
    readonly registers: Value[],
    /** From the frame's top down; only as many as were touched. */
    readonly cells: StackCell[],
  ) {}

  clone(): Frame {
    const copy = new Frame(this.callSite, this.functionIndex, this.registers.slice(), this.cells.slice());
    copy.writtenLow = this.writtenLow;
    copy.writtenHigh = this.writtenHigh;
    return copy;
  }

  cell(index: number): StackCell {
    return this.cells[index] ?? EMPTY_CELL;
  }

  wroteSinceCheckpoint(index: number): boolean {
    return ((index < 32 ? this.writtenLow >>> index : this.writtenHigh >>> (index - 32)) & 1) === 1;
  }
}

/** Something a helper handed out that must be given back. */
export interface Reference {
  readonly id: number;
  /** Where it was handed out. */
  readonly slot: number;
}

const NO_REFERENCES: readonly Reference[] = [];

/**
 * What is known at one point on one path. Copies share frames until one of them is changed: every change goes through
 * `own`.
 */
export class State {
  #frames: Frame[];
  #owned: boolean[];
  references: readonly Reference[] = NO_REFERENCES;
  /** The last checkpoint on this path. */
  parent: Checkpoint | undefined;
  /** Jumps and stack accesses since then. */
  steps = 0;

  private constructor(frames: Frame[], owned: boolean[]) {
    this.#frames = frames;
    this.#owned = owned;
  }

  /** A state in which only function 0 runs, with `r1` as its argument. */
  static initial(r1: Value): State {
    const state = new State([], []);
    state.enter(-1, 0, [UNINITIALISED, r1]);
    return state;
  }

  get frames(): readonly Frame[] {
    return this.#frames;
  }

  /** Index of the running function's frame; 0 is the program's own. */
  get depth(): number {
    return this.#frames.length - 1;
  }

  get frame(): Frame {
    return this.#frames[this.#frames.length - 1]!;
  }

  register(index: number): Value {
    return this.frame.registers[index]!;
  }

  setRegister(index: number, value: Value): void {
    this.own(this.depth).registers[index] = value;
  }

  /** The frame at `depth`, to be changed. */
  own(depth: number): Frame {
    if (!this.#owned[depth]) {
      this.#frames[depth] = this.#frames[depth]!.clone();
      this.#owned[depth] = true;
    }
    return this.#frames[depth]!;
  }

  setCell(depth: number, index: number, cell: StackCell, whole: boolean): void {
    const frame = this.own(depth);
    for (let i = frame.cells.length; i < index; i++) frame.cells.push(EMPTY_CELL);
    frame.cells[index] = cell;
    if (!whole) return;
    if (index < 32) frame.writtenLow |= 1 << index;
    else frame.writtenHigh |= 1 << (index - 32);
  }

  /** Makes the frame's stack reach down to `off`, and returns its bytes. */
  growStack(depth: number, off: number): number {
    const cells = cellIndex(off) + 1;
    if (this.#frames[depth]!.cells.length < cells) {
      const frame = this.own(depth);
      while (frame.cells.length < cells) frame.cells.push(EMPTY_CELL);
    }
    return cells * 8;
  }

  /** Starts a function: a fresh frame with these first registers. */
  enter(callSite: number, functionIndex: number, first: readonly Value[]): void {
    const registers = Array.from({ length: REGISTERS }, (_, i) => first[i] ?? UNINITIALISED);
    registers[FRAME_POINTER] = pointer('fp', { frame: this.#frames.length });
    this.#frames.push(new Frame(callSite, functionIndex, registers, []));
    this.#owned.push(true);
  }

  /** Ends the running function; gives its frame. */
  leave(): Frame {
    this.#owned.pop();
    return this.#frames.pop()!;
  }

  /** Goes on with these frames, which nobody else holds. */
  adopt(frames: Frame[]): void {
    this.#frames = frames;
    this.#owned = frames.map(() => true);
  }

  clone(): State {
    this.#owned.fill(false);
    const copy = new State(
      this.#frames.slice(),
      this.#owned.map(() => false),
    );
    copy.references = this.references;
    copy.parent = this.parent;
    copy.steps = this.steps;
    return copy;
  }

  /** Replaces every register and spilled value for which `change` gives another one. */
  replaceAll(change: (value: Value) => Value): void {
    for (let depth = 0; depth < this.#frames.length; depth++) {
      const { registers, cells } = this.#frames[depth]!;
      for (let i = 0; i < FRAME_POINTER; i++) {
        const before = registers[i]!;
        const after = change(before);
        if (after !== before) this.own(depth).registers[i] = after;
      }
      for (let i = 0; i < cells.length; i++) {
        const before = cells[i]!;
        if (!before.isSpill) continue;
        const after = change(before.value);
        if (after !== before.value) this.own(depth).cells[i] = before.withValue(after);
      }
    }
  }
}
