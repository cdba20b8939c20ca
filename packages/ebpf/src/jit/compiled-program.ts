import { BpfTrap } from '../vm/bpf-trap.ts';
import type { Callback } from '../vm/callback.ts';
import { bpfLoop, forEachMapElem } from '../vm/helpers/callback-helpers.ts';
import type { LinkedCode } from '../vm/link.ts';
import { LoadedProgram } from '../vm/loaded-program.ts';
import type { ProgramEnvironment } from '../vm/program-environment.ts';
import { FUEL, RESULT_HIGH, type RunState } from '../vm/run-state.ts';
import { bridgeModule } from './bridge.ts';
import { compile } from './compile.ts';

const PAGE_BYTES = 65536;
const FIRST_ADDRESS = 4096;

interface Exports {
  readonly entry: (ctx: number, framePointer: number) => number;
  readonly callback: (entry: number, a: number, b: number, c: number, d: number, framePointer: number) => number;
}

/** A program compiled to WebAssembly. */
export class CompiledProgram extends LoadedProgram {
  readonly #entry: Exports['entry'];
  readonly #exports: Exports;
  /** What the program table holds. */
  readonly main: WebAssembly.ExportValue;
  readonly #counts: boolean;
  #fuelLeft = 0;
  #executed = 0;

  constructor(
    id: number,
    linked: LinkedCode,
    budget: number | undefined,
    environment: ProgramEnvironment,
    count = false,
  ) {
    const { state, table, maps, packetLoad } = environment;
    super(id, linked, state, budget);
    this.#counts = count || budget !== undefined;
    const { memory, size } = state.arena;
    const { bytes, helpers } = compile(linked, {
      resultHigh: state.block + RESULT_HIGH,
      memoryPages: size / PAGE_BYTES,
      lookupPlan: (mapId) => maps.find(mapId)?.lookupPlan,
      ...(this.#counts && { fuel: state.block + FUEL }),
      ...(budget !== undefined && { check: { first: FIRST_ADDRESS, end: size } }),
    });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      m: {
        memory,
        table,
        packetLoad,
        tailTarget: (map: number, index: number) => environment.tailTarget(map, index)?.id ?? 0,
        loop: (rounds: number, entry: number, context: number, low: number, high: number, framePointer: number) =>
          bpfLoop(this.#callback(framePointer), rounds, entry, context, low | high),
        forEachMapElem: (
          map: number,
          entry: number,
          context: number,
          low: number,
          high: number,
          framePointer: number,
        ) => forEachMapElem(this.#callback(framePointer), maps, map, entry, context, low | high),
      },
      h: Object.fromEntries(helpers.map((row, i) => [String(i), environment.helper(row, linked.type)])),
    });
    this.#exports = instance.exports as unknown as Exports;
    this.#entry = this.#exports.entry;
    this.main = instance.exports['main']!;
  }

  override run(ctx: number): number {
    if (this.budget === undefined) return super.run(ctx);
    try {
      return super.run(ctx);
    } catch (problem) {
      throw this.#trap(problem);
    }
  }

  protected override ended(fuelLeft: number): void {
    this.#fuelLeft = fuelLeft;
    if (this.#counts) this.#executed += this.fuel - Math.max(0, fuelLeft);
  }

  override enter(ctx: number, framePointer: number): number {
    return this.#entry(ctx, framePointer);
  }

  override get instructionsRun(): number {
    return this.#executed;
  }

  #callback(framePointer: number): Callback {
    return (entry, a, b, c, d) => this.#exports.callback(entry, a, b, c, d, framePointer);
  }

  #trap(problem: unknown): unknown {
    if (!(problem instanceof WebAssembly.RuntimeError)) return problem;
    if (this.#fuelLeft < 0) return new BpfTrap('budget', this.name, `more than ${this.budget} instructions`);
    return new BpfTrap('bad-address', this.name, `access outside memory (${problem.message})`);
  }
}

/** Wraps an interpreted program so that compiled ones can tail-call it. */
export function bridgeProgram(program: LoadedProgram, state: RunState): WebAssembly.ExportValue {
  const { memory, size } = state.arena;
  const bytes = bridgeModule(state.block + RESULT_HIGH, size / PAGE_BYTES);
  const run = (ctx: number, framePointer: number): number => program.enter(ctx, framePointer);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { memory, run } });
  return instance.exports['main']!;
}
