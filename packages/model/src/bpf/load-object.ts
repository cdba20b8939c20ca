import {
  type BpfMap,
  type MapSpec,
  type ObjectSpec,
  type ProgramSpec,
  verifyProgram,
  withConstants,
} from '@sluice/ebpf';
import { EngineError, type LoadedObject, type LoadOptions, type MapHandle } from '@sluice/engine';
import type { HostBpf } from './host-bpf.ts';
import { ModelMap } from './map.ts';
import { ModelProgram } from './program.ts';

/** Instructions that a program nobody verified may run. */
const UNVERIFIED_BUDGET = 1_000_000;

/**
 * Makes an object's maps and loads its programs; on a refusal what was made is given back and EngineError thrown, with
 * the reason. Kernel: BPF_MAP_CREATE, BPF_PROG_LOAD as libbpf calls them.
 */
export function loadObject(bpf: HostBpf, object: ObjectSpec, options: LoadOptions): LoadedObject {
  const own: ModelMap[] = [];
  const maps = new Map<string, MapHandle>();
  const programs = new Map<string, ModelProgram>();
  const close = (): void => {
    for (const program of programs.values()) program.close();
    for (const map of own.splice(0)) map.close();
    programs.clear();
  };
  try {
    const specs = withConstants(object, knownConstants(object, options));
    for (const spec of specs) {
      const map = options.shared?.get(spec.name) ?? bpf.createMap(spec);
      if (!options.shared?.has(spec.name)) own.push(map as ModelMap);
      maps.set(spec.name, map);
    }
    for (const spec of object.programs) {
      if (options.programs && !options.programs.includes(spec.name)) continue;
      if (bpf.host.machine.verify && !options.verified) requireVerified(object, spec, specs);
      programs.set(spec.name, loadProgram(bpf, spec, maps));
    }
  } catch (error) {
    close();
    throw error;
  }
  return { maps, programs: new Map(programs), close };
}

/** Constants that the object has; a name it does not have is the caller's mistake, and said. */
function knownConstants(object: ObjectSpec, options: LoadOptions): Readonly<Record<string, number | bigint>> {
  const constants = options.constants ?? {};
  for (const name of Object.keys(constants)) {
    if (!object.constants.some((c) => c.name === name)) {
      throw new EngineError('load', 'ENOENT', `the object has no load-time constant ${name}`);
    }
  }
  return constants;
}

/** Throws EngineError EACCES with the verifier's words, its log, and the source line where the program names one. */
function requireVerified(object: ObjectSpec, program: ProgramSpec, maps: readonly MapSpec[]): void {
  const verdict = verifyProgram(object, program, {}, maps);
  if (verdict.ok) return;
  const operation = `BPF_PROG_LOAD ${program.name}`;
  throw new EngineError(operation, 'EACCES', verdict.message, verdict.log, verdict.line);
}

function loadProgram(bpf: HostBpf, spec: ProgramSpec, maps: ReadonlyMap<string, MapHandle>): ModelProgram {
  const inner = new Map<string, BpfMap>();
  for (const [name, map] of maps) if (map instanceof ModelMap) inner.set(name, map.map);
  const budget = bpf.host.machine.verify ? {} : { budget: UNVERIFIED_BUDGET };
  const { engine } = bpf.host.machine;
  const loaded = bpf.vm.load({ program: spec, maps: inner, engine, ...budget });
  if (!loaded.ok) throw new EngineError(`BPF_PROG_LOAD ${spec.name}`, 'EINVAL', loaded.problem.message);
  return new ModelProgram(bpf, spec, loaded.program);
}
