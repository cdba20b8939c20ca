import { BPF_F_MMAPABLE, BPF_F_RDONLY_PROG, mapTypeById } from '../abi/map-types.ts';
import type { Btf } from '../btf/btf.ts';
import type { BtfType } from '../btf/types.ts';
import type { ConstantSpec, MapSpec } from '../spec.ts';
import { SHT_NOBITS, STT_OBJECT, STT_SECTION } from './constants.ts';
import { Unreadable } from './problem.ts';
import type { ElfFile, ElfSection, ElfSymbol } from './read-elf.ts';

/** Whether a section holds variables that become a map of one value. */
export function isDataSection(section: ElfSection): boolean {
  return !section.executable && /^\.(rodata|data|bss)(\.|$)/.test(section.name) && section.size > 0;
}

/** The maps that data sections become, under the sections' names. */
export function readDataMaps(elf: ElfFile, btf: Btf | undefined): MapSpec[] {
  return elf.sections.filter(isDataSection).map((section) => {
    if (section.size > DATA_BYTES_MAX) {
      throw new Unreadable('E004', `${section.size} bytes are too many for a data section`, section.name);
    }
    const readOnly = section.name.startsWith('.rodata');
    const valueTypeId = btf?.find(section.name, 'datasec');
    return {
      name: section.name,
      type: 'array',
      keySize: 4,
      valueSize: section.size,
      maxEntries: 1,
      flags: BPF_F_MMAPABLE | (readOnly ? BPF_F_RDONLY_PROG : 0),
      initial: section.type === SHT_NOBITS ? new Uint8Array(section.size) : section.data.slice(),
      ...(readOnly ? { frozen: true } : {}),
      ...(valueTypeId === undefined ? {} : { valueTypeId }),
    };
  });
}

/** Named constants: the symbols of read-only data sections. */
export function readConstants(elf: ElfFile): ConstantSpec[] {
  const constants: ConstantSpec[] = [];
  for (const symbol of elf.symbols) {
    const section = elf.sections[symbol.section];
    if (symbol.type !== STT_OBJECT || !section?.name.startsWith('.rodata') || !isDataSection(section)) continue;
    if (symbol.value + symbol.size > section.size) {
      throw new Unreadable('E002', `symbol ${symbol.name} lies beyond its section`, section.name, symbol.value);
    }
    constants.push({ name: symbol.name, map: section.name, offset: symbol.value, size: symbol.size });
  }
  return constants.sort((a, b) => (a.map < b.map ? -1 : a.map > b.map ? 1 : a.offset - b.offset));
}

/** Maps defined by BTF in `.maps`, and by plain structs in the older `maps` section. */
export function readMaps(elf: ElfFile, btf: Btf | undefined): MapSpec[] {
  return elf.sections.flatMap((section) =>
    section.name === '.maps'
      ? readBtfMaps(elf, section, btf)
      : section.name === 'maps'
        ? symbolsIn(elf, section).map((symbol) => readLegacyMap(section, symbol))
        : [],
  );
}

/** The symbols that name something in a section, in the order of their addresses. */
export function symbolsIn(elf: ElfFile, section: ElfSection): ElfSymbol[] {
  return elf.symbols
    .filter((s) => s.section === section.index && s.type !== STT_SECTION && s.name !== '')
    .sort((a, b) => a.value - b.value);
}

function readBtfMaps(elf: ElfFile, section: ElfSection, btf: Btf | undefined): MapSpec[] {
  if (!btf) throw new Unreadable('E004', 'maps are defined by type information, and there is none', section.name);
  const datasec = btf.type(btf.find('.maps', 'datasec') ?? 0);
  if (datasec.kind !== 'datasec') throw new Unreadable('E004', 'no type information for .maps', section.name);
  return symbolsIn(elf, section).map((symbol) => {
    const variable = datasec.variables
      .map(({ type }) => btf.type(type))
      .find((type) => type.kind === 'var' && type.name === symbol.name);
    const type = variable?.kind === 'var' ? btf.type(btf.strip(variable.type)) : undefined;
    if (type?.kind !== 'struct') throw new Unreadable('E004', `map ${symbol.name} has no struct type`, section.name);
    return readBtfMap(btf, symbol.name, type);
  });
}

function readBtfMap(btf: Btf, name: string, type: Extract<BtfType, { kind: 'struct' | 'union' }>): MapSpec {
  const fail = (what: string): never => {
    throw new Unreadable('E004', `map ${name}: ${what}`, '.maps');
  };
  const target = (id: number): number => {
    const pointer = btf.type(btf.strip(id));
    return pointer.kind === 'ptr' ? pointer.type : fail('a field is not a pointer');
  };
  const number = (id: number): number => {
    const array = btf.type(btf.strip(target(id)));
    return array.kind === 'array' ? array.count : fail('a number is not written as an array type');
  };
  const numbers = new Map<string, number>();
  const types = new Map<string, number>();
  for (const member of type.members) {
    if (member.name === 'key' || member.name === 'value') types.set(member.name, target(member.type));
    else if (member.name !== 'values') numbers.set(member.name, number(member.type));
  }
  const size = (what: 'key' | 'value'): number => {
    const id = types.get(what);
    const given = numbers.get(`${what}_size`);
    const measured = id === undefined ? undefined : btf.sizeOf(id);
    if (id !== undefined && measured === undefined) fail(`its ${what}'s type has no size`);
    return measured ?? given ?? 0;
  };
  const typeNumber = numbers.get('type') ?? fail('it has no type');
  const row = mapTypeById(typeNumber) ?? fail(`map type ${typeNumber} is not known`);
  const pinning = numbers.get('pinning');
  const keyTypeId = types.get('key');
  const valueTypeId = types.get('value');
  const needsWord = row.keySize === 4 && !types.has('key') && !numbers.has('key_size');
  const valueDefault = row.valueAccess || row.type === 'ringbuf' ? 0 : 4;
  return {
    name,
    type: row.type,
    keySize: needsWord ? 4 : size('key'),
    valueSize: types.has('value') || numbers.has('value_size') ? size('value') : valueDefault,
    maxEntries: numbers.get('max_entries') ?? 0,
    flags: numbers.get('map_flags') ?? 0,
    ...(pinning === undefined ? {} : { pinning }),
    ...(keyTypeId === undefined ? {} : { keyTypeId }),
    ...(valueTypeId === undefined ? {} : { valueTypeId }),
  };
}

function readLegacyMap(section: ElfSection, symbol: ElfSymbol): MapSpec {
  const { data } = section;
  if (symbol.value + 20 > data.length) {
    throw new Unreadable('E004', `map ${symbol.name} is cut off`, section.name, symbol.value);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const word = (index: number) => view.getUint32(symbol.value + 4 * index, true);
  const row = mapTypeById(word(0));
  if (!row) throw new Unreadable('E004', `map ${symbol.name}: map type ${word(0)} is not known`, section.name);
  return {
    name: symbol.name,
    type: row.type,
    keySize: word(1),
    valueSize: word(2),
    maxEntries: word(3),
    flags: word(4),
  };
}

const DATA_BYTES_MAX = 64 << 20;
