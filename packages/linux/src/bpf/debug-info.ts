import type { LineInfo, ProgramSpec } from '@sluice/ebpf';

/** Offsets of whole strings in a BTF string section, by text. */
export type BtfStrings = ReadonlyMap<string, number>;

/**
 * Reads where each string of a `.BTF` section starts; line records name their file and text by such offsets.
 * Spec: Documentation/bpf/btf.rst §2 (header: magic, version, flags, hdr_len, type_off, type_len, str_off, str_len).
 */
export function btfStrings(btf: Uint8Array): BtfStrings {
  const view = new DataView(btf.buffer, btf.byteOffset, btf.byteLength);
  const start = view.getUint32(4, true) + view.getUint32(16, true);
  const end = start + view.getUint32(20, true);
  const strings = new Map<string, number>();
  const decoder = new TextDecoder();
  for (let at = start; at < end; ) {
    const stop = btf.indexOf(0, at);
    const text = decoder.decode(btf.subarray(at, stop));
    if (!strings.has(text)) strings.set(text, at - start);
    at = stop + 1;
  }
  return strings;
}

/** struct bpf_func_info records. */
export function encodeFuncInfo(functions: ProgramSpec['functions']): Uint8Array {
  const bytes = new Uint8Array(functions.length * FUNC_INFO_BYTES);
  const view = new DataView(bytes.buffer);
  functions.forEach(({ slot, typeId }, i) => {
    view.setUint32(i * FUNC_INFO_BYTES, slot, true);
    view.setUint32(i * FUNC_INFO_BYTES + 4, typeId, true);
  });
  return bytes;
}

/** struct bpf_line_info records: slot, file, line text, line << 10 | column. */
export function encodeLineInfo(lines: readonly LineInfo[], strings: BtfStrings): Uint8Array {
  const bytes = new Uint8Array(lines.length * LINE_INFO_BYTES);
  const view = new DataView(bytes.buffer);
  lines.forEach((info, i) => {
    const at = i * LINE_INFO_BYTES;
    view.setUint32(at, info.slot, true);
    view.setUint32(at + 4, strings.get(info.file) ?? 0, true);
    view.setUint32(at + 8, strings.get(info.text) ?? 0, true);
    view.setUint32(at + 12, (info.line << 10) | Math.min(info.column, 1023), true);
  });
  return bytes;
}

export const FUNC_INFO_BYTES = 8;
export const LINE_INFO_BYTES = 16;
