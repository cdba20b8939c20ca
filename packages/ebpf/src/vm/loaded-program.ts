import type { LinkedCode } from './link.ts';
import type { Program } from './program.ts';
import type { RunState } from './run-state.ts';

const FUEL_MAX = 0x7fffffff;

/** What both engines' programs have in common: a place in the program table, a stack for each run. */
export abstract class LoadedProgram implements Program {
  readonly name: string;
  readonly id: number;
  readonly linked: LinkedCode;
  /** Most instructions a run may take; undefined for verified programs. */
  readonly budget: number | undefined;
  protected readonly state: RunState;
  /** Instructions that compiled code which counts may run: of this program and those it tail-calls. */
  protected readonly fuel: number;

  constructor(id: number, linked: LinkedCode, state: RunState, budget: number | undefined) {
    this.id = id;
    this.name = linked.name;
    this.linked = linked;
    this.state = state;
    this.budget = budget;
    this.fuel = budget ?? FUEL_MAX;
  }

  run(ctx: number): number {
    const state = this.state;
    const { tailCallsLeft, fuel } = state;
    const framePointer = state.push(this.name, this.fuel);
    try {
      if (this.budget !== undefined) state.clearStack(framePointer);
      return this.enter(ctx, framePointer) >>> 0;
    } finally {
      this.ended(state.fuel);
      state.pop(tailCallsLeft, fuel);
    }
  }

  /** A run is over, with so much fuel left. */
  protected ended(_fuelLeft: number): void {}

  /** Runs on a given stack: returns r0's low half and leaves the high one in `state.resultHigh`. */
  abstract enter(ctx: number, framePointer: number): number;

  /** Instructions run so far, in programs that count: interpreted ones, and compiled ones asked to or with a budget. */
  abstract get instructionsRun(): number;
}
