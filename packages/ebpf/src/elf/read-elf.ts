import { stringAt } from '../btf/strings.ts';
import {
  ELF_HEADER_BYTES,
  EM_BPF,
  ET_REL,
  REL_BYTES,
  SECTION_HEADER_BYTES,
  SHF_EXECINSTR,
  SHT_NOBITS,
  SHT_REL,
  SHT_RELA,
  SHT_SYMTAB,
  SYMBOL_BYTES,
} from './constants.ts';
import { Unreadable } from './problem.ts';

export interface ElfSection {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly executable: boolean;
  readonly link: number;
  readonly info: number;
  readonly size: number;
  /** Empty for SHT_NOBITS. */
  readonly data: Uint8Array;
}

export interface ElfSymbol {
  readonly name: string;
  readonly section: number;
  readonly value: number;
  readonly size: number;
  /** STT_* */
  readonly type: number;
  /** STB_* */
  readonly binding: number;
}

export interface ElfRelocation {
  /** Byte offset in the section it applies to. */
  readonly offset: number;
  readonly type: number;
  readonly symbol: ElfSymbol;
}

export interface ElfFile {
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
  /** By index of the section they apply to. */
  readonly relocations: ReadonlyMap<number, readonly ElfRelocation[]>;
}

/** Reads the tables of an ELF64 file. Throws `Unreadable`, nothing else. */
export function readElf(file: Uint8Array): ElfFile {
  // A Node Buffer's slice() would share its memory with the caller.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkHeader(bytes, view);
  const sections = readSections(bytes, view);
  const symbols = readSymbols(sections);
  const relocations = new Map<number, ElfRelocation[]>();
  for (const section of sections) {
    if (section.type !== SHT_REL) {
      if (section.type === SHT_RELA && sections[section.info]?.executable) {
        throw new Unreadable('E005', 'relocations with addends (SHT_RELA) are not used for BPF', section.name);
      }
      continue;
    }
    const list = relocations.get(section.info) ?? [];
    list.push(...readRelocations(section, symbols));
    relocations.set(section.info, list);
  }
  return { sections, symbols, relocations };
}

function checkHeader(bytes: Uint8Array, view: DataView): void {
  if (bytes.length < 4 || view.getUint32(0, false) !== 0x7f454c46) {
    throw new Unreadable('E001', 'not an ELF file: it does not begin with 0x7f E L F');
  }
  if (bytes.length < ELF_HEADER_BYTES) throw new Unreadable('E002', `cut off: ${bytes.length} bytes are no ELF header`);
  if (bytes[4] !== 2) throw new Unreadable('E001', 'an ELF file of 32 bits; BPF objects have 64');
  if (bytes[5] !== 1) throw new Unreadable('E001', 'a big-endian object; compile with -target bpfel');
  const machine = view.getUint16(18, true);
  if (machine !== EM_BPF) throw new Unreadable('E001', `an ELF file for machine ${machine}, not for BPF (${EM_BPF})`);
  if (view.getUint16(16, true) !== ET_REL) throw new Unreadable('E001', 'not a relocatable object');
}

function readSections(bytes: Uint8Array, view: DataView): ElfSection[] {
  const table = offsetAt(view, 40);
  const headerBytes = view.getUint16(58, true);
  const count = view.getUint16(60, true);
  const namesIndex = view.getUint16(62, true);
  if (count > 0 && headerBytes < SECTION_HEADER_BYTES) {
    throw new Unreadable('E002', `section headers of ${headerBytes} bytes are too short`);
  }
  if (table + count * headerBytes > bytes.length) {
    throw new Unreadable('E002', 'cut off: the section headers lie beyond the end of the file');
  }
  const raw = Array.from({ length: count }, (_, index) => {
    const at = table + index * headerBytes;
    const type = view.getUint32(at + 4, true);
    const offset = offsetAt(view, at + 24);
    const size = offsetAt(view, at + 32);
    if (type !== SHT_NOBITS && index > 0 && offset + size > bytes.length) {
      throw new Unreadable('E002', `cut off: section ${index} ends at ${offset + size} of ${bytes.length} bytes`);
    }
    const held = type === SHT_NOBITS || index === 0 ? new Uint8Array(0) : bytes.subarray(offset, offset + size);
    const flags = offsetAt(view, at + 8);
    return {
      nameOffset: view.getUint32(at, true),
      type,
      executable: (flags & SHF_EXECINSTR) !== 0,
      link: view.getUint32(at + 40, true),
      info: view.getUint32(at + 44, true),
      size,
      data: held,
    };
  });
  const names = raw[namesIndex]?.data ?? new Uint8Array(0);
  return raw.map(({ nameOffset, ...section }, index) => {
    const name = index === 0 ? '' : stringAt(names, nameOffset);
    if (name === undefined) throw new Unreadable('E002', `the name of section ${index} is outside the name table`);
    return { index, name, ...section };
  });
}

function readSymbols(sections: readonly ElfSection[]): ElfSymbol[] {
  const section = sections.find((candidate) => candidate.type === SHT_SYMTAB);
  if (!section) return [];
  const names = sections[section.link]?.data ?? new Uint8Array(0);
  const { data } = section;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const symbols: ElfSymbol[] = [];
  for (let at = 0; at + SYMBOL_BYTES <= data.length; at += SYMBOL_BYTES) {
    const info = data[at + 4]!;
    const index = view.getUint16(at + 6, true);
    const name = stringAt(names, view.getUint32(at, true));
    if (name === undefined)
      throw new Unreadable('E002', "a symbol's name is outside the string table", section.name, at);
    symbols.push({
      name: (info & 15) === 3 ? (sections[index]?.name ?? '') : name,
      section: index,
      value: offsetAt(view, at + 8),
      size: offsetAt(view, at + 16),
      type: info & 15,
      binding: info >> 4,
    });
  }
  return symbols;
}

function readRelocations(section: ElfSection, symbols: readonly ElfSymbol[]): ElfRelocation[] {
  const { data } = section;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const relocations: ElfRelocation[] = [];
  for (let at = 0; at + REL_BYTES <= data.length; at += REL_BYTES) {
    const symbol = symbols[view.getUint32(at + 12, true)];
    if (!symbol) throw new Unreadable('E005', 'a relocation names a symbol that does not exist', section.name, at);
    relocations.push({ offset: offsetAt(view, at), type: view.getUint32(at + 8, true), symbol });
  }
  return relocations;
}

/** A 64-bit offset or size as a number; absurd ones become too large for any file. */
function offsetAt(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}
