import type { BpfMap } from '../maps/map.ts';
import type { ConstantSpec, MapSpec, ObjectSpec } from '../spec.ts';
import type { LinkProblem } from './link.ts';
import type { LoadedProgram } from './loaded-program.ts';
import type { Engine, Vm } from './vm.ts';

export interface LoadIntoVmRequest {
  readonly object: ObjectSpec;
  /** Maps used in place of the object's own of the same name. */
  readonly shared?: ReadonlyMap<string, BpfMap>;
  /** Load-time constants by name. */
  readonly constants?: Readonly<Record<string, number | bigint>>;
  /** Only these programs; default all. */
  readonly programs?: readonly string[];
  readonly engine?: Engine;
  readonly budget?: number;
}

export type LoadIntoVmResult =
  | {
      readonly ok: true;
      readonly maps: ReadonlyMap<string, BpfMap>;
      readonly programs: ReadonlyMap<string, LoadedProgram>;
    }
  | { readonly ok: false; readonly problem: LinkProblem };

/** Makes an object's maps and loads its programs; on a problem, what was made is given back. */
export function loadIntoVm(vm: Vm, request: LoadIntoVmRequest): LoadIntoVmResult {
  const { object, shared, programs: wanted } = request;
  const own: BpfMap[] = [];
  const maps = new Map<string, BpfMap>();
  for (const spec of withConstants(object, request.constants ?? {})) {
    const map = shared?.get(spec.name) ?? vm.createMap(spec);
    if (!shared?.has(spec.name)) own.push(map);
    maps.set(spec.name, map);
  }
  const programs = new Map<string, LoadedProgram>();
  for (const program of object.programs) {
    if (wanted && !wanted.includes(program.name)) continue;
    const { engine, budget } = request;
    const loaded = vm.load({ program, maps, ...(engine && { engine }), ...(budget !== undefined && { budget }) });
    if (!loaded.ok) {
      for (const done of programs.values()) vm.unload(done);
      for (const map of own) vm.destroyMap(map);
      return loaded;
    }
    programs.set(program.name, loaded.program);
  }
  return { ok: true, maps, programs };
}

/**
 * The object's maps with load-time constants written into their initial contents, little endian. Throws for a name the
 * object does not have: the caller knows both.
 */
export function withConstants(
  object: ObjectSpec,
  constants: Readonly<Record<string, number | bigint>>,
): readonly MapSpec[] {
  const places = new Map<string, ConstantSpec>(object.constants.map((place) => [place.name, place]));
  const contents = new Map<string, Uint8Array>();
  for (const [name, value] of Object.entries(constants)) {
    const place = places.get(name);
    if (!place) throw new Error(`the object has no load-time constant ${name}`);
    const map = object.maps.find((spec) => spec.name === place.map)!;
    const bytes = contents.get(map.name) ?? Uint8Array.from(map.initial ?? new Uint8Array(map.valueSize));
    contents.set(map.name, bytes);
    let rest = BigInt.asUintN(64, BigInt(value));
    for (let i = 0; i < place.size; i++, rest >>= 8n) bytes[place.offset + i] = Number(rest & 0xffn);
  }
  return object.maps.map((spec) => {
    const initial = contents.get(spec.name);
    return initial ? { ...spec, initial } : spec;
  });
}
