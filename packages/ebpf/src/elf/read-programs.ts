import { sectionRow } from '../abi/sections.ts';
import type { BtfExt } from '../btf/ext.ts';
import { BPF_PSEUDO_MAP_FD, BPF_PSEUDO_MAP_VALUE, SLOT_BYTES } from '../isa/opcode.ts';
import type { LineInfo, ProgramSpec, Relocation } from '../spec.ts';
import { STB_GLOBAL, STT_FUNC, STT_SECTION } from './constants.ts';
import { Unreadable } from './problem.ts';
import type { ElfFile, ElfRelocation, ElfSection, ElfSymbol } from './read-elf.ts';
import { isDataSection, symbolsIn } from './read-maps.ts';

const LDDW = 0x18;
const CALL = 0x85;
const BPF_PSEUDO_CALL = 1;

/** A function as it lies in the file. */
interface ElfFunction {
  readonly symbol: ElfSymbol;
  readonly section: ElfSection;
}

/**
 * All programs of an object: global functions in sections other than `.text`. Each takes with it a copy of the
 * functions it calls, behind its own code, as the kernel wants them.
 */
export function readPrograms(elf: ElfFile, ext: BtfExt): ProgramSpec[] {
  const functions: ElfFunction[] = [];
  for (const section of elf.sections) {
    if (!section.executable || section.size === 0) continue;
    for (const symbol of symbolsIn(elf, section)) {
      if (symbol.type === STT_FUNC) functions.push({ symbol, section });
    }
  }
  for (const { symbol, section } of functions) {
    const end = symbol.value + symbol.size;
    if (symbol.value % SLOT_BYTES !== 0 || symbol.size % SLOT_BYTES !== 0 || symbol.size === 0 || end > section.size) {
      throw new Unreadable('E007', `function ${symbol.name} does not lie on whole instructions`, section.name);
    }
  }
  return functions
    .filter(({ symbol, section }) => section.name !== '.text' && symbol.binding === STB_GLOBAL)
    .map((entry) => new Linker(elf, ext, functions).link(entry));
}

/** Puts one program and its functions together. */
class Linker {
  readonly #placed = new Map<ElfFunction, number>();
  readonly #queue: ElfFunction[] = [];
  readonly #relocations: Relocation[] = [];
  #slots = 0;

  constructor(
    readonly elf: ElfFile,
    readonly ext: BtfExt,
    readonly functions: readonly ElfFunction[],
  ) {}

  link(entry: ElfFunction): ProgramSpec {
    const row = sectionRow(entry.section.name);
    if (!row) {
      throw new Unreadable('E006', `section ${entry.section.name} names no known kind of program`, entry.section.name);
    }
    this.#place(entry);
    const parts: Uint8Array[] = [];
    for (let i = 0; i < this.#queue.length; i++) parts.push(this.#linkFunction(this.#queue[i]!));
    const code = new Uint8Array(this.#slots * SLOT_BYTES);
    let at = 0;
    for (const part of parts) {
      code.set(part, at);
      at += part.length;
    }
    const placed = [...this.#placed];
    return {
      name: entry.symbol.name,
      section: entry.section.name,
      type: row.type,
      ...(row.attachType === undefined ? {} : { attachType: row.attachType }),
      code,
      functions: placed.map(([f, slot]) => ({ slot, name: f.symbol.name, typeId: this.#typeId(f) })),
      relocations: this.#relocations,
      lines: placed.flatMap(([f, slot]) => this.#lines(f, slot)),
    };
  }

  /** First slot of a function in the program, giving it a place where it has none. */
  #place(target: ElfFunction): number {
    const known = this.#placed.get(target);
    if (known !== undefined) return known;
    const slot = this.#slots;
    this.#placed.set(target, slot);
    this.#queue.push(target);
    this.#slots += target.symbol.size / SLOT_BYTES;
    return slot;
  }

  #linkFunction(source: ElfFunction): Uint8Array {
    const { symbol, section } = source;
    const code = section.data.slice(symbol.value, symbol.value + symbol.size);
    const view = new DataView(code.buffer);
    const base = this.#placed.get(source)!;
    const relocations = new Map(
      (this.elf.relocations.get(section.index) ?? []).map((relocation) => [relocation.offset, relocation]),
    );
    for (let at = 0; at < code.length; at += SLOT_BYTES) {
      const slot = base + at / SLOT_BYTES;
      const relocation = relocations.get(symbol.value + at);
      const opcode = code[at]!;
      if (opcode === CALL && code[at + 1]! >> 4 === BPF_PSEUDO_CALL) {
        const target = this.#callee(section, symbol.value + at, view.getInt32(at + 4, true), relocation);
        view.setInt32(at + 4, this.#place(target) - slot - 1, true);
      } else if (opcode === LDDW) {
        if (at + 2 * SLOT_BYTES > code.length) throw new Unreadable('E007', 'code ends inside LDDW', section.name, at);
        if (relocation) this.#relocateAddress(view, at, slot, section, relocation);
        at += SLOT_BYTES;
      } else if (relocation) {
        throw new Unreadable('E005', `${relocation.symbol.name} is used where no address can be`, section.name, at);
      }
    }
    return code;
  }

  #callee(section: ElfSection, at: number, imm: number, relocation: ElfRelocation | undefined): ElfFunction {
    let index = section.index;
    let target = at + (imm + 1) * SLOT_BYTES;
    if (relocation) {
      const { symbol } = relocation;
      if (symbol.section === 0) throw new Unreadable('E008', `function ${symbol.name} is not in this object`);
      index = symbol.section;
      target = symbol.value + (imm + 1) * SLOT_BYTES;
    }
    const found = this.functions.find((f) => f.section.index === index && f.symbol.value === target);
    if (!found) throw new Unreadable('E005', 'a call goes to where no function begins', section.name, at);
    return found;
  }

  #relocateAddress(view: DataView, at: number, slot: number, section: ElfSection, relocation: ElfRelocation): void {
    const { symbol } = relocation;
    const target = this.elf.sections[symbol.section];
    if (symbol.section === 0 || !target) {
      throw new Unreadable('E008', `symbol ${symbol.name} is not in this object`, section.name, relocation.offset);
    }
    const addend = view.getInt32(at + 4, true);
    const dst = view.getUint8(at + 1) & 15;
    view.setInt32(at + 4, 0, true);
    view.setInt32(at + 12, 0, true);
    if (target.name === '.maps' || target.name === 'maps') {
      const wanted = symbol.type === STT_SECTION ? addend : symbol.value;
      const map = symbolsIn(this.elf, target).find((candidate) => candidate.value === wanted);
      if (!map) throw new Unreadable('E005', 'a relocation names no map', section.name, relocation.offset);
      view.setUint8(at + 1, dst | (BPF_PSEUDO_MAP_FD << 4));
      this.#relocations.push({ kind: 'map', slot, map: map.name });
    } else if (isDataSection(target)) {
      const offset = symbol.value + addend;
      if (offset < 0 || offset > target.size) {
        throw new Unreadable('E005', `an address lies outside ${target.name}`, section.name, relocation.offset);
      }
      view.setUint8(at + 1, dst | (BPF_PSEUDO_MAP_VALUE << 4));
      view.setInt32(at + 12, offset, true);
      this.#relocations.push({ kind: 'map-value', slot, map: target.name, offset });
    } else {
      const what = `the address of ${symbol.name || target.name} (in ${target.name}) cannot be taken`;
      throw new Unreadable('E005', what, section.name, relocation.offset);
    }
  }

  #typeId({ symbol, section }: ElfFunction): number {
    return this.ext.functions.get(section.name)?.find((info) => info.byteOffset === symbol.value)?.typeId ?? 0;
  }

  #lines({ symbol, section }: ElfFunction, slot: number): LineInfo[] {
    return (this.ext.lines.get(section.name) ?? [])
      .filter(
        ({ byteOffset: at }) =>
          at >= symbol.value && at < symbol.value + symbol.size && (at - symbol.value) % SLOT_BYTES === 0,
      )
      .map(({ byteOffset, file, text, line, column }) => ({
        slot: slot + (byteOffset - symbol.value) / SLOT_BYTES,
        file,
        text,
        line,
        column,
      }));
  }
}
