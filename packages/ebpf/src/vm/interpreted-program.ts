import type { Arena } from '../memory/arena.ts';
import { bindCalls } from './bind-calls.ts';
import { BpfTrap } from './bpf-trap.ts';
import type { HelperCall } from './helper-call.ts';
import { execute } from './interpreter.ts';
import type { LinkedCode } from './link.ts';
import { LoadedProgram } from './loaded-program.ts';
import { Machine } from './machine.ts';
import { type Predecoded, predecode } from './predecode.ts';
import type { ProgramEnvironment } from './program-environment.ts';

/** More than any verified program runs between two looks at the clock. */
const SLICE = 0x3fffffff;

/** One instruction about to run, as a debugger sees it. Valid only during the call. */
export interface StepView {
  readonly program: string;
  readonly slot: number;
  /** Nested local calls: 0 in the program itself. */
  readonly depth: number;
  /** r0 … r10, low then high half of each. */
  readonly registers: Int32Array;
}

/** Is told of each instruction before it runs, except those of callbacks that helpers call. */
export type StepObserver = (step: StepView) => void;

/** A program run by the interpreter. */
export class InterpretedProgram extends LoadedProgram {
  readonly #predecoded: Predecoded;
  readonly #calls: readonly (HelperCall | undefined)[];
  readonly #arena: Arena;
  readonly #machines: Machine[] = [];
  #active = 0;
  /** Told of each instruction while set. */
  observer: StepObserver | undefined;

  constructor(id: number, linked: LinkedCode, budget: number | undefined, environment: ProgramEnvironment) {
    super(id, linked, environment.state, budget);
    this.#predecoded = predecode(linked);
    this.#calls = bindCalls(linked, environment);
    this.#arena = environment.state.arena;
  }

  override enter(ctx: number, framePointer: number): number {
    const machine = this.#machine(this.#active++);
    try {
      machine.start(ctx, framePointer);
      if (this.observer) this.#observed(machine, this.observer);
      else if (!execute(machine, machine.budget)) this.#overrun(machine);
      this.state.resultHigh = machine.registers[1]!;
      return machine.registers[0]!;
    } finally {
      this.#active--;
    }
  }

  override get instructionsRun(): number {
    return this.#machines.reduce((sum, machine) => sum + machine.executed, 0);
  }

  #machine(index: number): Machine {
    let machine = this.#machines[index];
    if (!machine) {
      machine = new Machine(this.linked, this.#predecoded, this.#calls, this.#arena, this.budget ?? SLICE);
      this.#machines.push(machine);
    }
    return machine;
  }

  #overrun(machine: Machine): void {
    if (this.budget !== undefined) {
      throw new BpfTrap('budget', this.name, `more than ${this.budget} instructions`, machine.slot);
    }
    while (!execute(machine, SLICE));
  }

  #observed(machine: Machine, observer: StepObserver): void {
    const budget = this.budget ?? Number.POSITIVE_INFINITY;
    for (let run = 0; run < budget; run++) {
      const { slot, depth } = machine;
      observer({ program: this.name, slot, depth, registers: machine.registers.subarray(0, 22) });
      if (execute(machine, 1)) return;
    }
    this.#overrun(machine);
  }
}
