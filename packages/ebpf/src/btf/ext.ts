import type { StringTable } from './strings.ts';
import { BTF_MAGIC } from './types.ts';

/** `.BTF.ext` by section name. `byteOffset` counts from the section's start. */
export interface BtfExt {
  readonly functions: ReadonlyMap<string, readonly BtfFuncInfo[]>;
  readonly lines: ReadonlyMap<string, readonly BtfLineInfo[]>;
}

export interface BtfFuncInfo {
  readonly byteOffset: number;
  readonly typeId: number;
}

export interface BtfLineInfo {
  readonly byteOffset: number;
  readonly file: string;
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

const HEADER_BYTES = 24;
const FUNC_RECORD_BYTES = 8;
const LINE_RECORD_BYTES = 16;

/**
 * Reads a `.BTF.ext` section; strings come from the `.BTF` section through `text`. CO-RE relocations are passed over.
 * Damaged bytes give as much as was readable, since a program runs without any of this. Never throws.
 *
 * Spec: Linux Documentation/bpf/btf.rst §4.2.
 */
export function parseBtfExt(bytes: Uint8Array, text: (offset: number) => string): BtfExt {
  const functions = new Map<string, BtfFuncInfo[]>();
  const lines = new Map<string, BtfLineInfo[]>();
  if (bytes.length < HEADER_BYTES) return { functions, lines };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(0, true) !== BTF_MAGIC) return { functions, lines };
  const base = view.getUint32(4, true);
  const part = (at: number) => ({ from: base + view.getUint32(at, true), length: view.getUint32(at + 4, true) });
  eachRecord(view, part(8), FUNC_RECORD_BYTES, (section, at) => {
    push(functions, text(section), { byteOffset: view.getUint32(at, true), typeId: view.getUint32(at + 4, true) });
  });
  eachRecord(view, part(16), LINE_RECORD_BYTES, (section, at) => {
    const place = view.getUint32(at + 12, true);
    push(lines, text(section), {
      byteOffset: view.getUint32(at, true),
      file: text(view.getUint32(at + 4, true)),
      text: text(view.getUint32(at + 8, true)),
      line: place >>> 10,
      column: place & 0x3ff,
    });
  });
  return { functions, lines };
}

/** Writes a `.BTF.ext` section; strings go to the `.BTF` section's table. */
export function buildBtfExt(ext: BtfExt, strings: StringTable): Uint8Array {
  const functions = records(ext.functions, strings, FUNC_RECORD_BYTES, (info) => [info.byteOffset, info.typeId]);
  const lines = records(ext.lines, strings, LINE_RECORD_BYTES, (info) => [
    info.byteOffset,
    strings.add(info.file),
    strings.add(info.text),
    ((info.line << 10) | Math.min(info.column, 0x3ff)) >>> 0,
  ]);
  const words = [...functions, ...lines];
  const out = new Uint8Array(HEADER_BYTES + 4 * words.length);
  const view = new DataView(out.buffer);
  view.setUint16(0, BTF_MAGIC, true);
  view.setUint8(2, 1);
  const header = [HEADER_BYTES, 0, 4 * functions.length, 4 * functions.length, 4 * lines.length];
  [...header, ...words].forEach((word, i) => {
    view.setUint32(4 + 4 * i, word, true);
  });
  return out;
}

function records<T>(
  bySection: ReadonlyMap<string, readonly T[]>,
  strings: StringTable,
  recordBytes: number,
  fields: (info: T) => number[],
): number[] {
  const words = [recordBytes];
  for (const [section, infos] of bySection) {
    if (infos.length > 0) words.push(strings.add(section), infos.length, ...infos.flatMap(fields));
  }
  return words;
}

function eachRecord(
  view: DataView,
  part: { from: number; length: number },
  leastBytes: number,
  use: (section: number, at: number) => void,
): void {
  const end = part.from + part.length;
  if (part.length < 4 || end > view.byteLength) return;
  const recordBytes = view.getUint32(part.from, true);
  if (recordBytes < leastBytes) return;
  let at = part.from + 4;
  while (at + 8 <= end) {
    const section = view.getUint32(at, true);
    const count = view.getUint32(at + 4, true);
    at += 8;
    for (let i = 0; i < count && at + recordBytes <= end; i++, at += recordBytes) use(section, at);
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
