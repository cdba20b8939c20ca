import { BPF_F_RDONLY_PROG } from '../abi/map-types.ts';
import { assemble } from '../asm/assemble.ts';
import type { MapSpec, MapType, ProgramType } from '../spec.ts';
import type { MapReference, VerifierInput } from '../verifier/program.ts';

/**
 * One case of `vectors/verifier/*.txt`: a program in assembly and the verdict on it.
 *
 * A file holds cases of this form:
 * ```
 * == what the case shows
 * @type cgroup_sock_addr 10        program type and attach type; without: xdp
 * @license MIT                     without: GPL
 * @map name type key value entries [flags]
 * @constants name 01 02 …          a frozen read-only array of one value
 * r1 = map[name] ll                assembly; also map_value[name + 8], and .byte with a slot's 8 bytes
 * -> accept                        or: -> refuse the kernel's words, or a part of them
 *                                  or: -> refuse-although-linux-accepts words
 * ```
 */
export interface VerifierCase {
  readonly name: string;
  /** Line of its name in the file, from 1. */
  readonly line: number;
  readonly input: VerifierInput;
  readonly accepted: boolean;
  /** Whether Linux accepts it. */
  readonly linux: boolean;
  /** Part of the refusal's words. */
  readonly words: string;
}

/** Reads a file of cases. Throws with the line where it is not well formed: the files are part of the project. */
export function parseVerifierCases(text: string): VerifierCase[] {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, i) => (line.startsWith('== ') ? [i] : []));
  return starts.map((start, n) => parseCase(lines, start, starts[n + 1] ?? lines.length));
}

interface Header {
  type: ProgramType;
  attachType: number | undefined;
  license: string;
  readonly maps: Map<string, MapSpec>;
}

function parseCase(lines: readonly string[], start: number, end: number): VerifierCase {
  const header: Header = { type: 'xdp', attachType: undefined, license: 'GPL', maps: new Map() };
  const body: string[] = [];
  const raw: number[][] = [];
  let verdict: string | undefined;
  for (let i = start + 1; i < end; i++) {
    const line = lines[i]!.trim();
    if (line.startsWith('@')) directive(header, line, i);
    else if (line.startsWith('-> ')) verdict = line.slice(3);
    else if (line.startsWith('.byte ')) {
      raw.push(hexBytes(line.slice(6)));
      body.push(`r0 = ${RAW_MARK + raw.length - 1}`);
    } else body.push(withMapIndexes(header, line, i));
  }
  const match =
    verdict === undefined ? undefined : /^(accept|refuse|refuse-although-linux-accepts)(?:\s+(.*))?$/.exec(verdict);
  if (!match) throw new Error(`line ${start + 1}: the case has no verdict`);
  const { code, maps } = assembled(header, body, raw, start);
  const { type, attachType, license } = header;
  const input = { type, ...(attachType === undefined ? {} : { attachType }), license, code, maps };
  const [, outcome, words = ''] = match;
  const accepted = outcome === 'accept';
  const linux = outcome !== 'refuse';
  return { name: lines[start]!.slice(3), line: start + 1, input, accepted, linux, words };
}

/** Stands in the assembly for bytes that are put in afterwards. */
const RAW_MARK = 0x7a3b5c00;

function directive(header: Header, line: string, at: number): void {
  const [word, ...rest] = line.slice(1).split(/\s+/);
  switch (word) {
    case 'type':
      header.type = rest[0] as ProgramType;
      header.attachType = rest[1] === undefined ? undefined : Number(rest[1]);
      return;
    case 'license':
      header.license = rest.join(' ');
      return;
    case 'map': {
      const [name, type, ...numbers] = rest;
      const [keySize, valueSize, maxEntries, flags = 0] = numbers.map(Number);
      header.maps.set(name!, {
        name: name!,
        type: type as MapType,
        keySize: keySize!,
        valueSize: valueSize!,
        maxEntries: maxEntries!,
        flags,
      });
      return;
    }
    case 'constants': {
      const [name, ...bytes] = rest;
      const initial = Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 16));
      header.maps.set(name!, {
        name: name!,
        type: 'array',
        keySize: 4,
        valueSize: initial.length,
        maxEntries: 1,
        flags: BPF_F_RDONLY_PROG,
        initial,
        frozen: true,
      });
      return;
    }
    default:
      throw new Error(`line ${at + 1}: no directive @${word}`);
  }
}

function hexBytes(text: string): number[] {
  return text
    .trim()
    .split(/\s+/)
    .map((byte) => Number.parseInt(byte, 16));
}

/** `map[name]` with the map's index instead of its name; for values, the offset in the upper half. */
function withMapIndexes(header: Header, line: string, at: number): string {
  return line.replace(/\b(map|map_value)\[(\w+)\s*(?:\+\s*(\d+))?\]/, (_, kind: string, name: string, offset = '0') => {
    const index = [...header.maps.keys()].indexOf(name);
    if (index < 0) throw new Error(`line ${at + 1}: no map ${name}`);
    return `${kind}[0x${((BigInt(offset) << 32n) | BigInt(index)).toString(16)}]`;
  });
}

function assembled(
  header: Header,
  body: readonly string[],
  raw: readonly number[][],
  start: number,
): { code: Uint8Array; maps: Map<number, MapReference> } {
  const result = assemble(body.join('\n'));
  if (!result.ok)
    throw new Error(`case at line ${start + 1}, line ${result.problem.line} of it: ${result.problem.message}`);
  const maps = new Map<number, MapReference>();
  const specs = [...header.maps.values()];
  const { code } = result;
  let slot = 0;
  for (const { src, imm, imm64 } of result.instructions) {
    if (imm64 === undefined && imm >= RAW_MARK && imm < RAW_MARK + raw.length) code.set(raw[imm - RAW_MARK]!, slot * 8);
    if (imm64 !== undefined && (src === 1 || src === 2)) {
      const map = specs[Number(imm64 & 0xffff_ffffn)]!;
      maps.set(slot, src === 1 ? { map } : { map, offset: Number(imm64 >> 32n) });
    }
    slot += imm64 === undefined ? 1 : 2;
  }
  return { code, maps };
}
