/** One test vector of the bpf_conformance suite, as its text says. */
export interface ConformanceVector {
  /** Assembly in the uBPF dialect. */
  readonly asm?: string;
  /** Machine code, where the vector gives it. */
  readonly raw?: Uint8Array;
  /** What r1 points to. */
  readonly memory: Uint8Array;
  /** r0 at the end. */
  readonly result?: bigint;
  /** The vector expects an error. */
  readonly error?: string;
}

const SECTIONS = ['asm', 'raw', 'mem', 'result', 'error', 'c', 'no', 'end'];

/**
 * Reads a vector: `--` and a keyword open a section, `#` begins a comment. Returns a string saying what is wrong with
 * text that cannot be read.
 */
export function parseConformanceVector(text: string): ConformanceVector | string {
  const sections = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const full of text.split('\n')) {
    const line = full.replace(/#.*/, '').trimEnd();
    if (line.startsWith('--')) {
      const name = line.slice(2).trim().split(/\s/)[0]!;
      if (!SECTIONS.includes(name)) return `unknown directive ${line}`;
      current = [];
      sections.set(name, current);
    } else current?.push(line);
  }
  const words = (name: string): string[] => (sections.get(name) ?? []).join(' ').split(/\s+/).filter(Boolean);
  const result = words('result')[0];
  const asm = sections.get('asm')?.join('\n');
  const error = sections.get('error')?.join(' ');
  return {
    ...(asm !== undefined && { asm }),
    ...(sections.has('raw') && { raw: Uint8Array.from(words('raw').flatMap(rawBytes)) }),
    memory: Uint8Array.from(words('mem').map((byte) => Number.parseInt(byte, 16))),
    ...(result !== undefined && { result: BigInt(result) }),
    ...(error !== undefined && { error }),
  };
}

/** A byte, or a 64-bit word written as one number. */
function rawBytes(token: string): number[] {
  if (!token.startsWith('0x')) return [Number.parseInt(token, 16)];
  const word = BigInt(token);
  return Array.from({ length: 8 }, (_, i) => Number((word >> BigInt(8 * i)) & 0xffn));
}
