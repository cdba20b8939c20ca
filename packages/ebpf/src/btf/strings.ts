/**
 * A table of zero-terminated strings: BTF's, ELF's. Offset 0 is the empty string. The same string is stored once.
 */
export class StringTable {
  readonly #offsets = new Map<string, number>([['', 0]]);
  readonly #chunks: Uint8Array[] = [new Uint8Array(1)];
  #length = 1;

  /** Offset of `text` in the table, adding it where it is new. */
  add(text: string): number {
    const known = this.#offsets.get(text);
    if (known !== undefined) return known;
    const offset = this.#length;
    const chunk = new Uint8Array([...new TextEncoder().encode(text), 0]);
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    this.#offsets.set(text, offset);
    return offset;
  }

  bytes(): Uint8Array {
    const out = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      out.set(chunk, at);
      at += chunk.length;
    }
    return out;
  }
}

/** The string at `offset`, up to its zero byte; undefined where it runs out of the table. */
export function stringAt(table: Uint8Array, offset: number): string | undefined {
  if (offset < 0 || offset >= table.length) return undefined;
  const end = table.indexOf(0, offset);
  if (end < 0) return undefined;
  let ascii = '';
  for (let i = offset; i < end; i++) {
    const byte = table[i]!;
    if (byte > 127) return new TextDecoder().decode(table.subarray(offset, end));
    ascii += String.fromCharCode(byte);
  }
  return ascii;
}
