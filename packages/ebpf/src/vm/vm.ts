import type { HelperRow } from '../abi/index.ts';
import { bridgeProgram, CompiledProgram } from '../jit/compiled-program.ts';
import { ArrayMap } from '../maps/array-map.ts';
import { type ConcreteMap, createMap } from '../maps/create-map.ts';
import type { MapContext } from '../maps/keyed-map.ts';
import type { BpfMap } from '../maps/map.ts';
import { SlotMap } from '../maps/slot-map.ts';
import type { Arena } from '../memory/arena.ts';
import type { MapSpec, ProgramSpec, ProgramType } from '../spec.ts';
import { generalHelpers } from './helpers/general-helpers.ts';
import { mapHelpers } from './helpers/map-helpers.ts';
import { memoryHelpers } from './helpers/memory-helpers.ts';
import { numberHelpers } from './helpers/number-helpers.ts';
import { perfEventOutput } from './helpers/perf-event-output.ts';
import { tracePrintk } from './helpers/trace-printk.ts';
import { InterpretedProgram } from './interpreted-program.ts';
import { type LinkedCode, type LinkProblem, link } from './link.ts';
import type { LoadedProgram } from './loaded-program.ts';
import { MapTable } from './map-table.ts';
import { packetLoad } from './packet-load.ts';
import type { Helper, VmOptions } from './program.ts';
import { FOR_EACH_MAP_ELEM, LOOP, type ProgramEnvironment, TAIL_CALL } from './program-environment.ts';
import { RunState } from './run-state.ts';

const PERF_EVENT_OUTPUT = 25;
const SKB_LOAD_BYTES = 26;
const NOT_PLAIN = new Set([TAIL_CALL, LOOP, FOR_EACH_MAP_ELEM, PERF_EVENT_OUTPUT]);
const TABLE_INITIAL = 16;

export type Engine = 'jit' | 'interpreter';

export interface LoadRequest {
  readonly program: Pick<ProgramSpec, 'name' | 'type' | 'code' | 'relocations'>;
  /** The maps that the program's relocations name. */
  readonly maps?: ReadonlyMap<string, BpfMap>;
  /** Default: `jit`. */
  readonly engine?: Engine;
  /** For a program that no verifier has accepted: instructions it may run before it is stopped with a BpfTrap. */
  readonly budget?: number;
  /** Compiled code counts instructions (interpreted code always does); a few per cent slower. */
  readonly count?: boolean;
}

export type LoadResult =
  | { readonly ok: true; readonly program: LoadedProgram }
  | { readonly ok: false; readonly problem: LinkProblem };

/**
 * A kernel's BPF machine: its maps, its programs, the helpers that need nothing else of the kernel. Read `load` first,
 * then `LoadedProgram.run`.
 */
export class Vm {
  readonly options: VmOptions;
  readonly arena: Arena;
  readonly #state: RunState;
  readonly #maps = new MapTable();
  readonly #mapContext: MapContext;
  readonly #programs: (LoadedProgram | undefined)[] = [];
  readonly #helpers: Map<number, Helper>;
  readonly #environment: ProgramEnvironment;

  constructor(options: VmOptions) {
    const { arena, cpus, currentCpu } = options;
    if (arena.size > 2 ** 31) throw new Error('an arena of more than 2 GiB has addresses that look negative');
    this.options = options;
    this.arena = arena;
    this.#state = new RunState(arena);
    this.#mapContext = { arena, cpus, currentCpu };
    this.#helpers = new Map([
      ...mapHelpers(this.#maps, this.#state),
      ...generalHelpers(options, this.#state),
      ...memoryHelpers(this.#state),
      ...numberHelpers(arena),
      [6, tracePrintk(arena, options.trace ?? (() => {}))],
      ...options.helpers,
    ]);
    this.#environment = {
      state: this.#state,
      maps: this.#maps,
      table: new WebAssembly.Table({ element: 'anyfunc', initial: TABLE_INITIAL }),
      packetLoad: packetLoad(this.#state, this.#helpers.get(SKB_LOAD_BYTES) ?? (() => -1)),
      helper: (row, type) => this.#helper(row, type),
      tailTarget: (map, index) => this.#tailTarget(map, index),
    };
  }

  /** High half of a `u64` helper's result: the helper sets it and returns the low half. */
  get resultHigh(): number {
    return this.#state.resultHigh;
  }
  set resultHigh(high: number) {
    this.#state.resultHigh = high;
  }

  /** Makes a map. Throws for what `checkMapSpec` refuses, and ArenaExhausted. */
  createMap(spec: MapSpec): ConcreteMap {
    const map = createMap(this.#maps.nextId, spec, this.#mapContext);
    this.#maps.add(map);
    return map;
  }

  /** A map by the id that programs hold. */
  map(id: number): ConcreteMap | undefined {
    return this.#maps.find(id);
  }

  /** Frees a map's memory; no loaded program may refer to it any more. */
  destroyMap(map: BpfMap): void {
    this.#maps.find(map.id)?.destroy();
    this.#maps.remove(map.id);
  }

  /** Decodes, links and prepares a program, and gives it a place in the program table. */
  load(request: LoadRequest): LoadResult {
    const { program, maps } = request;
    const linked = link(program, {
      mapId: (name) => maps?.get(name)?.id,
      mapValue: (name) => {
        const map = maps?.get(name);
        return map instanceof ArrayMap ? map.base : undefined;
      },
      hasHelper: (id) => NOT_PLAIN.has(id) || this.#helpers.has(id),
    });
    if (!linked.ok) return linked;
    const loaded = this.#prepare(this.#programs.length + 1, linked.code, request);
    this.#programs.push(loaded);
    return { ok: true, program: loaded };
  }

  #prepare(id: number, code: LinkedCode, { engine, budget, count }: LoadRequest): LoadedProgram {
    const { table } = this.#environment;
    if (id >= table.length) table.grow(table.length);
    if (engine === 'interpreter') {
      const program = new InterpretedProgram(id, code, budget, this.#environment);
      table.set(id, bridgeProgram(program, this.#state));
      return program;
    }
    const program = new CompiledProgram(id, code, budget, this.#environment, count);
    table.set(id, program.main);
    return program;
  }

  /** A program by its id: what program arrays hold. */
  program(id: number): LoadedProgram | undefined {
    return this.#programs[id - 1];
  }

  /** Takes a program out of the table; program arrays that still name it find nothing. */
  unload(program: { readonly id: number }): void {
    this.#programs[program.id - 1] = undefined;
    this.#environment.table.set(program.id, null);
  }

  #helper(row: HelperRow, type: ProgramType): Helper {
    const given = this.#helpers.get(row.id);
    if (given) return given;
    return perfEventOutput(this.arena, this.#maps, this.options.currentCpu, type);
  }

  #tailTarget(mapId: number, index: number): LoadedProgram | undefined {
    const map = this.#maps.get(mapId);
    if (!(map instanceof SlotMap)) return undefined;
    const target = this.#programs[map.numberAt(index) - 1];
    if (!target || this.#state.tailCallsLeft === 0) return undefined;
    this.#state.tailCallsLeft--;
    return target;
  }
}
