import { assemble, type MapSpec, type ObjectSpec, type ProgramSpec, sectionRow } from '@sluice/ebpf';
import type { LoadedObject, MapHandle, ProgramHandle } from '../../bpf.ts';
import type { Host } from '../../kernel.ts';

/**
 * A program from assembly text. Where the text loads a map (`r1 = map[0x0] ll`), maps are taken in the order the loads
 * stand: one name in `uses` for each. Throws for text that does not assemble: a mistake in a scenario.
 */
export function programSpec(name: string, section: string, source: string, uses: readonly string[] = []): ProgramSpec {
  const assembled = assemble(source);
  if (!assembled.ok) throw new Error(`${name}, line ${assembled.problem.line}: ${assembled.problem.message}`);
  const row = sectionRow(section);
  if (!row) throw new Error(`no such section: ${section}`);
  const slots = mapLoads(assembled.code);
  if (slots.length !== uses.length) throw new Error(`${name} loads ${slots.length} maps, ${uses.length} are named`);
  return {
    name,
    section,
    type: row.type,
    ...(row.attachType === undefined ? {} : { attachType: row.attachType }),
    code: assembled.code,
    functions: [],
    relocations: slots.map((slot, i) => ({ kind: 'map', slot, map: uses[i] ?? '' })),
    lines: [],
  };
}

/** Loads programs with their maps. */
export function loadAll(host: Host, programs: readonly ProgramSpec[], maps: readonly MapSpec[] = []): LoadedObject {
  const spec: ObjectSpec = { license: 'GPL', maps, programs, constants: [] };
  return host.bpf.loadObject(spec);
}

export function programOf(object: LoadedObject, name: string): ProgramHandle {
  const program = object.programs.get(name);
  if (!program) throw new Error(`assertion: no program ${name}`);
  return program;
}

export function mapOf(object: LoadedObject, name: string): MapHandle {
  const map = object.maps.get(name);
  if (!map) throw new Error(`assertion: no map ${name}`);
  return map;
}

/** One program without maps, loaded. */
export const program = (host: Host, section: string, source: string): ProgramHandle =>
  programOf(loadAll(host, [programSpec('p', section, source)]), 'p');

/** A program that returns a number whatever comes. */
export const answering = (host: Host, section: string, verdict: number): ProgramHandle =>
  program(host, section, `r0 = ${verdict}\nexit`);

/** A map's spec with 4-byte keys and 8-byte values. */
export const mapSpec = (name: string, type: MapSpec['type'], more: Partial<MapSpec> = {}): MapSpec => ({
  name,
  type,
  keySize: 4,
  valueSize: 8,
  maxEntries: 4,
  flags: 0,
  ...more,
});

export const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);
export const u64 = (value: bigint): Uint8Array => new Uint8Array(BigUint64Array.of(value).buffer);

/** The 64-bit numbers of a value: one, or one per CPU. */
export const numbersOf = (value: Uint8Array | undefined): bigint[] =>
  value ? [...new BigUint64Array(value.slice().buffer)] : [];

/** Slots of the LDDW instructions that name a map. */
function mapLoads(code: Uint8Array): number[] {
  const slots: number[] = [];
  for (let at = 0; at < code.length; at += 8) {
    if (code[at] !== 0x18) continue;
    if ((code[at + 1] ?? 0) >>> 4 === 1) slots.push(at / 8);
    at += 8;
  }
  return slots;
}
