import { StringTable } from '../btf/strings.ts';
import {
  ELF_HEADER_BYTES,
  EM_BPF,
  ET_REL,
  REL_BYTES,
  SECTION_HEADER_BYTES,
  SHT_NOBITS,
  SHT_REL,
  SHT_STRTAB,
  SHT_SYMTAB,
  STB_LOCAL,
  SYMBOL_BYTES,
} from './constants.ts';

export interface OutSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly data: Uint8Array;
  /** In memory; differs from the data's length for SHT_NOBITS. */
  readonly size?: number;
  readonly align: number;
  readonly relocations?: readonly OutRelocation[];
}

export interface OutSymbol {
  readonly name: string;
  readonly section: string;
  readonly value: number;
  readonly size: number;
  readonly type: number;
  readonly binding: number;
}

export interface OutRelocation {
  readonly offset: number;
  readonly type: number;
  readonly symbol: OutSymbol;
}

interface PlacedSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly data: Uint8Array;
  readonly size: number;
  readonly align: number;
  readonly link: number;
  readonly info: number;
  readonly entryBytes: number;
}

/**
 * Writes a relocatable ELF64 file, little endian. Sections keep their order; relocation sections, the symbol table and
 * the string table follow. The same input gives the same bytes.
 *
 * Spec: System V ABI (gABI), chapters 4 and 5.
 */
export function writeElf(sections: readonly OutSection[], symbols: readonly OutSymbol[]): Uint8Array {
  const ordered = [
    ...symbols.filter((symbol) => symbol.binding === STB_LOCAL),
    ...symbols.filter((symbol) => symbol.binding !== STB_LOCAL),
  ];
  const symbolNumber = new Map(ordered.map((symbol, i) => [symbol, i + 1]));
  const sectionNumber = new Map(sections.map((section, i) => [section.name, i + 1]));
  const relocated = sections.filter((section) => (section.relocations?.length ?? 0) > 0);
  const symtabIndex = sections.length + relocated.length + 1;
  const names = new StringTable();

  const placed: PlacedSection[] = sections.map((section) => ({
    ...section,
    size: section.size ?? section.data.length,
    link: 0,
    info: 0,
    entryBytes: 0,
  }));
  for (const section of relocated) {
    const data = relocationTable(section.relocations ?? [], symbolNumber);
    const info = sectionNumber.get(section.name)!;
    placed.push({ ...table(`.rel${section.name}`, SHT_REL, data, REL_BYTES), link: symtabIndex, info });
  }
  const locals = ordered.filter((symbol) => symbol.binding === STB_LOCAL).length;
  const symtab = symbolTable(ordered, sectionNumber, names);
  placed.push({ ...table('.symtab', SHT_SYMTAB, symtab, SYMBOL_BYTES), link: symtabIndex + 1, info: locals + 1 });
  for (const { name } of [...placed, { name: '.strtab' }]) names.add(name);
  placed.push({ ...table('.strtab', SHT_STRTAB, names.bytes(), 0), align: 1 });
  return layOut(placed, names);
}

function table(name: string, type: number, data: Uint8Array, entryBytes: number): PlacedSection {
  return { name, type, flags: 0, data, size: data.length, align: 8, link: 0, info: 0, entryBytes };
}

function layOut(sections: readonly PlacedSection[], names: StringTable): Uint8Array {
  let end = ELF_HEADER_BYTES;
  const offsets = sections.map((section) => {
    const offset = Math.ceil(end / section.align) * section.align;
    end = offset + section.data.length;
    return offset;
  });
  const headers = Math.ceil(end / 8) * 8;
  const out = new Uint8Array(headers + SECTION_HEADER_BYTES * (sections.length + 1));
  const view = new DataView(out.buffer);
  out.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, ET_REL, true);
  view.setUint16(18, EM_BPF, true);
  view.setUint32(20, 1, true);
  view.setUint32(40, headers, true);
  view.setUint16(52, ELF_HEADER_BYTES, true);
  view.setUint16(58, SECTION_HEADER_BYTES, true);
  view.setUint16(60, sections.length + 1, true);
  view.setUint16(62, sections.length, true);
  sections.forEach((section, i) => {
    if (section.type !== SHT_NOBITS) out.set(section.data, offsets[i]!);
    const at = headers + SECTION_HEADER_BYTES * (i + 1);
    view.setUint32(at, names.add(section.name), true);
    view.setUint32(at + 4, section.type, true);
    view.setUint32(at + 8, section.flags, true);
    view.setUint32(at + 24, offsets[i]!, true);
    view.setUint32(at + 32, section.size, true);
    view.setUint32(at + 40, section.link, true);
    view.setUint32(at + 44, section.info, true);
    view.setUint32(at + 48, section.align, true);
    view.setUint32(at + 56, section.entryBytes, true);
  });
  return out;
}

function symbolTable(
  symbols: readonly OutSymbol[],
  sectionNumber: ReadonlyMap<string, number>,
  names: StringTable,
): Uint8Array {
  const out = new Uint8Array(SYMBOL_BYTES * (symbols.length + 1));
  const view = new DataView(out.buffer);
  symbols.forEach((symbol, i) => {
    const at = SYMBOL_BYTES * (i + 1);
    view.setUint32(at, names.add(symbol.name), true);
    view.setUint8(at + 4, (symbol.binding << 4) | symbol.type);
    view.setUint16(at + 6, sectionNumber.get(symbol.section)!, true);
    view.setUint32(at + 8, symbol.value, true);
    view.setUint32(at + 16, symbol.size, true);
  });
  return out;
}

function relocationTable(
  relocations: readonly OutRelocation[],
  symbolNumber: ReadonlyMap<OutSymbol, number>,
): Uint8Array {
  const out = new Uint8Array(REL_BYTES * relocations.length);
  const view = new DataView(out.buffer);
  relocations.forEach((relocation, i) => {
    view.setUint32(REL_BYTES * i, relocation.offset, true);
    view.setUint32(REL_BYTES * i + 8, relocation.type, true);
    view.setUint32(REL_BYTES * i + 12, symbolNumber.get(relocation.symbol)!, true);
  });
  return out;
}
