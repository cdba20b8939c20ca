import { assemble, type MapSpec, type ObjectSpec, type ProgramSpec, sectionRow } from '@sluice/ebpf';
import type { LoadedObject } from '@sluice/engine';
import type { ModelProgram } from '../bpf/program.ts';
import type { ModelHost } from '../kernel/host.ts';

export interface TestProgram {
  readonly program: ModelProgram;
  readonly object: LoadedObject;
}

/**
 * A program from assembly text, loaded into a host. Where the text loads a map (`r1 = map[0x0] ll`), maps are taken in
 * the order the loads stand. Throws for text that does not assemble.
 */
export function testProgram(
  host: ModelHost,
  section: string,
  text: string,
  maps: readonly MapSpec[] = [],
): TestProgram {
  const assembled = assemble(text);
  if (!assembled.ok) throw new Error(`line ${assembled.problem.line}: ${assembled.problem.message}`);
  const row = sectionRow(section);
  if (!row) throw new Error(`no such section: ${section}`);
  const name = section.replace(/\W/g, '_');
  const program: ProgramSpec = {
    name,
    section,
    type: row.type,
    ...(row.attachType === undefined ? {} : { attachType: row.attachType }),
    code: assembled.code,
    functions: [],
    relocations: mapLoads(assembled.code).map((slot, i) => ({ kind: 'map', slot, map: maps[i]!.name })),
    lines: [],
  };
  const spec: ObjectSpec = { license: 'GPL', maps, programs: [program], constants: [] };
  const object = host.bpf.loadObject(spec);
  return { program: object.programs.get(name) as ModelProgram, object };
}

/** Slots of the LDDW instructions that name a map. */
function mapLoads(code: Uint8Array): number[] {
  const slots: number[] = [];
  for (let at = 0; at < code.length; at += 8) {
    if (code[at] !== 0x18) continue;
    if (code[at + 1]! >>> 4 === 1) slots.push(at / 8);
    at += 8;
  }
  return slots;
}
