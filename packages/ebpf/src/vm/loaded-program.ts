import type { LinkedCode } from './link.ts';
import type { Program } from './program.ts';
import type { RunState } from './run-state.ts';

/** What both engines' programs have in common: a place in the program table, a stack for each run. */
export abstract class LoadedProgram implements Program {
  readonly name: string;
  readonly id: number;
  readonly linked: LinkedCode;
  /** Most instructions a run may take; undefined for verified programs. */
  readonly budget: number | undefined;
  protected readonly state: RunState;

  constructor(id: number, linked: LinkedCode, state: RunState, budget: number | undefined) {
    this.id = id;
    this.name = linked.name;
    this.linked = linked;
    this.state = state;
    this.budget = budget;
  }

  run(ctx: number): number {
    const state = this.state;
    const tailCallsLeft = state.tailCallsLeft;
    const framePointer = state.push(this.name);
    try {
      if (this.budget !== undefined) state.clearStack(framePointer);
      return this.enter(ctx, framePointer) >>> 0;
    } finally {
      state.pop(tailCallsLeft);
    }
  }

  /** Runs on a given stack: returns r0's low half and leaves the high one in `state.resultHigh`. */
  abstract enter(ctx: number, framePointer: number): number;

  /** Instructions run so far, in programs that count them: interpreted ones, and compiled ones with a budget. */
  abstract get instructionsRun(): number;
}
