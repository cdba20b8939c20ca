import { BtfBuilder, encode, type FunctionSource, type LineInfo, writeObject } from '@sluice/ebpf';
import type { EmittedFunction } from '../codegen/emit.ts';
import type { LoweredFunction, MapDeclaration, Unit } from '../lower/unit.ts';
import { INTS, sizeOf } from '../types/type.ts';
import { BtfTypes } from './btf-types.ts';

/** LIBBPF_PIN_BY_NAME */
const PIN_BY_NAME = 1;

/** Puts compiled functions, maps and constants into an object file. */
export function assemble(unit: Unit, code: ReadonlyMap<string, EmittedFunction>): Uint8Array {
  const btf = new BtfBuilder();
  const types = new BtfTypes(btf);
  const sourceLine = lineReader(unit);
  const functions = [...code].map(([name, emitted]): FunctionSource => {
    const lowered = unit.functions.get(name)!;
    return {
      name,
      section: lowered.program?.section ?? '.text',
      code: encode(emitted.instructions),
      typeId: functionType(btf, types, name, lowered),
      references: emitted.references,
      lines: emitted.lines.map(
        ({ slot, span }): LineInfo => ({ slot, ...span, text: sourceLine(span.file, span.line) }),
      ),
    };
  });
  for (const record of unit.records) types.stored(record);
  const variables = (section: '.rodata' | '.bss') =>
    [...unit.data.values()]
      .filter((data) => data.section === section)
      .sort((a, b) => a.offset - b.offset)
      .map(({ name, offset, type }) => ({ name, offset, size: sizeOf(type), typeId: types.stored(type) }));
  return writeObject({
    license: unit.license,
    functions,
    maps: [...unit.usedMaps].map((map) => mapSource(types, map)),
    data: [
      { section: '.rodata', bytes: Uint8Array.from(unit.rodata), variables: variables('.rodata') },
      { section: '.bss', bytes: new Uint8Array(unit.bssSize), variables: variables('.bss') },
    ],
    btf,
  });
}

function functionType(btf: BtfBuilder, types: BtfTypes, name: string, lowered: LoweredFunction): number {
  const proto = btf.add({
    kind: 'func_proto',
    returns: types.value(lowered.program ? INTS.i32 : lowered.returns),
    params: lowered.params.map(({ name, type }) => ({ name, type: types.value(type) })),
  });
  return btf.add({ kind: 'func', name, type: proto, linkage: lowered.program ? 'global' : 'static' });
}

function mapSource(types: BtfTypes, map: MapDeclaration) {
  // Maps of programs, devices and the like take sizes, not types.
  const typed =
    map.type !== 'prog_array' && map.type !== 'perf_event_array' && !/^(devmap|cpumap|xskmap)/.test(map.type);
  return {
    name: map.name,
    type: map.type,
    keySize: map.key ? sizeOf(map.key) : 0,
    valueSize: map.value ? sizeOf(map.value) : 0,
    maxEntries: map.maxEntries,
    flags: map.flags,
    ...(map.pinned ? { pinning: PIN_BY_NAME } : {}),
    ...(map.key && typed ? { keyTypeId: types.stored(map.key) } : {}),
    ...(map.value && typed ? { valueTypeId: types.stored(map.value) } : {}),
  };
}

function lineReader(unit: Unit): (file: string, line: number) => string {
  const texts = new Map(unit.front.files.map((file) => [file.fileName, file.text.split('\n')]));
  return (file, line) => texts.get(file)?.[line - 1]?.trim() ?? '';
}
