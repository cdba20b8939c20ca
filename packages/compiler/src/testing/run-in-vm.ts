import { Arena, type BpfMap, type Engine, loadIntoVm, type ObjectSpec, Vm } from '@sluice/ebpf';

/** What one run of a program gave. */
export interface VmRun {
  /** r0, 32 bits unsigned. */
  readonly result: number;
  /** The packet afterwards. */
  readonly packet: Uint8Array;
  readonly maps: ReadonlyMap<string, BpfMap>;
}

export interface VmRunOptions {
  readonly packet?: Uint8Array;
  readonly engine?: Engine;
  readonly constants?: Readonly<Record<string, number | bigint>>;
  /** Which program; default the first. */
  readonly program?: string;
  /** Runs it that many times on the same packet; the last result counts. */
  readonly times?: number;
}

const CONTEXT_BYTES = 256;
const BUDGET = 1_000_000;

/** Runs an xdp program of an object in our own machine, with time and chance standing still. */
export function runInVm(object: ObjectSpec, options: VmRunOptions = {}): VmRun {
  const arena = new Arena(16 << 20);
  const vm = new Vm({ arena, cpus: 1, helpers: new Map(), now: () => 1000n, random: () => 7, currentCpu: () => 0 });
  const { engine = 'jit', constants = {} } = options;
  const loaded = loadIntoVm(vm, { object, constants, engine, budget: BUDGET });
  if (!loaded.ok) throw new Error(loaded.problem.message);
  const program = loaded.programs.get(options.program ?? object.programs[0]!.name)!;
  const bytes = options.packet ?? new Uint8Array(64);
  const data = arena.alloc(bytes.length);
  arena.write(data, bytes);
  const context = arena.alloc(CONTEXT_BYTES);
  arena.view.setUint32(context, data, true);
  arena.view.setUint32(context + 4, data + bytes.length, true);
  arena.view.setUint32(context + 8, data, true);
  let result = 0;
  for (let i = 0; i < (options.times ?? 1); i++) result = program.run(context);
  return { result, packet: arena.read(data, bytes.length), maps: loaded.maps };
}
