import { mapTypeRow } from '../abi/map-types.ts';
import type { BtfBuilder } from '../btf/build.ts';
import { type BtfFuncInfo, type BtfLineInfo, buildBtfExt } from '../btf/ext.ts';
import { SLOT_BYTES } from '../isa/opcode.ts';
import type { LineInfo, MapSpec } from '../spec.ts';
import {
  R_BPF_64_32,
  R_BPF_64_64,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_WRITE,
  SHT_NOBITS,
  SHT_PROGBITS,
  STB_GLOBAL,
  STB_LOCAL,
  STT_FUNC,
  STT_OBJECT,
  STT_SECTION,
} from './constants.ts';
import { type OutSection, type OutSymbol, writeElf } from './write-elf.ts';

/** A function before linking. Slots count from its own start. */
export interface FunctionSource {
  readonly name: string;
  /** `.text` for functions that programs call; else the program's section. */
  readonly section: string;
  readonly code: Uint8Array;
  /** Id of its `func` in the BTF. */
  readonly typeId: number;
  readonly references: readonly FunctionReference[];
  readonly lines: readonly LineInfo[];
}

export type FunctionReference =
  | { readonly kind: 'map'; readonly slot: number; readonly map: string }
  /** The address of byte `offset` in a data section. */
  | { readonly kind: 'data'; readonly slot: number; readonly section: string; readonly offset: number }
  | { readonly kind: 'call'; readonly slot: number; readonly function: string };

/** A data section: `.rodata`, `.data`, or `.bss`, of which only the length counts. */
export interface DataSource {
  readonly section: '.rodata' | '.data' | '.bss';
  readonly bytes: Uint8Array;
  readonly variables: readonly {
    readonly name: string;
    readonly offset: number;
    readonly size: number;
    readonly typeId: number;
  }[];
}

export type MapSource = Omit<MapSpec, 'initial' | 'frozen'>;

export interface ObjectSource {
  readonly license: string;
  readonly functions: readonly FunctionSource[];
  readonly maps: readonly MapSource[];
  readonly data: readonly DataSource[];
  /** Holds the types that the ids above name; map definitions and sections are added to it. */
  readonly btf: BtfBuilder;
}

/**
 * Writes a BPF object as libbpf, bpftool and `readObject` load it: program sections, `.text`, `license`, `.maps` by
 * BTF, data sections, symbols, relocations, `.BTF` and `.BTF.ext`. The same source gives the same bytes.
 *
 * Spec: Linux Documentation/bpf/llvm_reloc.rst, btf.rst.
 */
export function writeObject(source: ObjectSource): Uint8Array {
  const symbols: OutSymbol[] = [];
  const sections: OutSection[] = [];
  const maps = mapSection(source, symbols);
  const data = source.data.filter(({ bytes }) => bytes.length > 0).map((d) => dataSection(source.btf, d, symbols));
  const code = codeSections(source, symbols);
  sections.push(...code.sections);
  const license = new Uint8Array([...new TextEncoder().encode(source.license), 0]);
  sections.push({ name: 'license', type: SHT_PROGBITS, flags: SHF_WRITE | SHF_ALLOC, data: license, align: 1 });
  symbols.push(object('_license', 'license', 0, license.length));
  if (maps) sections.push(maps);
  sections.push(...data);
  const ext = buildBtfExt({ functions: code.functions, lines: code.lines }, source.btf.strings);
  sections.push({ name: '.BTF', type: SHT_PROGBITS, flags: 0, data: source.btf.bytes(), align: 4 });
  sections.push({ name: '.BTF.ext', type: SHT_PROGBITS, flags: 0, data: ext, align: 4 });
  return writeElf(sections, symbols);
}

function codeSections(source: ObjectSource, symbols: OutSymbol[]) {
  const functions = new Map<string, BtfFuncInfo[]>();
  const lines = new Map<string, BtfLineInfo[]>();
  const bySection = groupBySection(source.functions);
  const placed = new Map<string, OutSymbol>();
  for (const [section, members] of bySection) {
    let at = 0;
    for (const member of members) {
      const binding = section === '.text' ? STB_LOCAL : STB_GLOBAL;
      const symbol = { name: member.name, section, value: at, size: member.code.length, type: STT_FUNC, binding };
      placed.set(member.name, symbol);
      symbols.push(symbol);
      at += member.code.length;
    }
  }
  const sections: OutSection[] = [];
  for (const [section, members] of bySection) {
    const bytes = new Uint8Array(members.reduce((sum, { code }) => sum + code.length, 0));
    const relocations: { offset: number; type: number; symbol: OutSymbol }[] = [];
    functions.set(section, []);
    lines.set(section, []);
    for (const member of members) {
      const base = placed.get(member.name)!.value;
      bytes.set(member.code, base);
      functions.get(section)!.push({ byteOffset: base, typeId: member.typeId });
      for (const { slot, ...line } of member.lines) {
        lines.get(section)!.push({ byteOffset: base + slot * SLOT_BYTES, ...line });
      }
      for (const reference of member.references) {
        const offset = base + reference.slot * SLOT_BYTES;
        const type = reference.kind === 'call' ? R_BPF_64_32 : R_BPF_64_64;
        relocations.push({ offset, type, symbol: relocate(bytes, offset, reference, placed, symbols) });
      }
    }
    const flags = SHF_ALLOC | SHF_EXECINSTR;
    sections.push({ name: section, type: SHT_PROGBITS, flags, data: bytes, align: 8, relocations });
  }
  return { sections, functions, lines };
}

/** Writes a reference's addend into the code and returns the symbol it is relative to. */
function relocate(
  code: Uint8Array,
  at: number,
  reference: FunctionReference,
  functions: ReadonlyMap<string, OutSymbol>,
  symbols: readonly OutSymbol[],
): OutSymbol {
  const view = new DataView(code.buffer);
  switch (reference.kind) {
    case 'map':
      view.setInt32(at + 4, 0, true);
      return symbols.find((s) => s.section === '.maps' && s.name === reference.map)!;
    case 'data':
      view.setInt32(at + 4, reference.offset, true);
      return symbols.find((s) => s.section === reference.section && s.type === STT_SECTION)!;
    case 'call':
      view.setInt32(at + 4, -1, true);
      return functions.get(reference.function)!;
    default:
      return reference satisfies never;
  }
}

function dataSection(btf: BtfBuilder, source: DataSource, symbols: OutSymbol[]): OutSection {
  const { section, bytes, variables } = source;
  symbols.push({ name: '', section, value: 0, size: 0, type: STT_SECTION, binding: STB_LOCAL });
  for (const { name, offset, size } of variables) symbols.push(object(name, section, offset, size));
  if (variables.length > 0) {
    const entries = variables.map(({ name, offset, size, typeId }) => ({
      type: btf.add({ kind: 'var', name, type: typeId, linkage: 'global' }),
      offset,
      size,
    }));
    btf.add({ kind: 'datasec', name: section, size: bytes.length, variables: entries });
  }
  const isBss = section === '.bss';
  const flags = section === '.rodata' ? SHF_ALLOC : SHF_ALLOC | SHF_WRITE;
  return {
    name: section,
    type: isBss ? SHT_NOBITS : SHT_PROGBITS,
    flags,
    data: isBss ? new Uint8Array(0) : bytes,
    size: bytes.length,
    align: 8,
  };
}

/** `.maps`: each map a struct whose member types say everything; its bytes are zero. */
function mapSection(source: ObjectSource, symbols: OutSymbol[]): OutSection | undefined {
  if (source.maps.length === 0) return undefined;
  const { btf } = source;
  const entries = [];
  let at = 0;
  for (const map of source.maps) {
    const struct = mapStruct(btf, map);
    const type = btf.add({ kind: 'var', name: map.name, type: struct.id, linkage: 'global' });
    entries.push({ type, offset: at, size: struct.size });
    symbols.push(object(map.name, '.maps', at, struct.size));
    at += struct.size;
  }
  btf.add({ kind: 'datasec', name: '.maps', size: at, variables: entries });
  return { name: '.maps', type: SHT_PROGBITS, flags: SHF_WRITE | SHF_ALLOC, data: new Uint8Array(at), align: 8 };
}

function mapStruct(btf: BtfBuilder, map: MapSource): { id: number; size: number } {
  const int = btf.add({ kind: 'int', name: 'int', size: 4, encoding: 'signed', bitOffset: 0, bits: 32 });
  const number = (count: number) => {
    const element = btf.add({ kind: 'array', element: int, index: int, count });
    return btf.add({ kind: 'ptr', type: element });
  };
  const pointer = (id: number) => btf.add({ kind: 'ptr', type: id });
  const fields: [string, number][] = [['type', number(mapTypeRow(map.type).id)]];
  if (map.keyTypeId !== undefined) fields.push(['key', pointer(map.keyTypeId)]);
  else if (map.keySize > 0) fields.push(['key_size', number(map.keySize)]);
  if (map.valueTypeId !== undefined) fields.push(['value', pointer(map.valueTypeId)]);
  else if (map.valueSize > 0) fields.push(['value_size', number(map.valueSize)]);
  fields.push(['max_entries', number(map.maxEntries)]);
  if (map.flags !== 0) fields.push(['map_flags', number(map.flags)]);
  if (map.pinning !== undefined) fields.push(['pinning', number(map.pinning)]);
  const members = fields.map(([name, type], i) => ({ name, type, bitOffset: 64 * i, bitSize: 0 }));
  const size = 8 * members.length;
  return { id: btf.add({ kind: 'struct', name: '', size, members }), size };
}

function object(name: string, section: string, value: number, size: number): OutSymbol {
  return { name, section, value, size, type: STT_OBJECT, binding: STB_GLOBAL };
}

function groupBySection(functions: readonly FunctionSource[]): Map<string, FunctionSource[]> {
  const groups = new Map<string, FunctionSource[]>();
  for (const member of functions) {
    const list = groups.get(member.section);
    if (list) list.push(member);
    else groups.set(member.section, [member]);
  }
  return groups;
}
