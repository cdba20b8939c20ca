import { type Btf, parseBtf } from '../btf/btf.ts';
import { type BtfExt, parseBtfExt } from '../btf/ext.ts';
import { stringAt } from '../btf/strings.ts';
import type { ObjectSpec } from '../spec.ts';
import { type ObjectProblem, Unreadable } from './problem.ts';
import { type ElfFile, readElf } from './read-elf.ts';
import { readConstants, readDataMaps, readMaps } from './read-maps.ts';
import { readPrograms } from './read-programs.ts';

export type ObjectResult =
  | { readonly ok: true; readonly object: ObjectSpec }
  | { readonly ok: false; readonly problem: ObjectProblem };

/**
 * Reads a BPF object file, our compiler's or clang's: ELF64, little endian, maps by BTF in `.maps`, data sections as
 * maps of one value, functions in `.text` appended to the programs that call them. Never throws, whatever the bytes.
 *
 * Spec: Linux Documentation/bpf/llvm_reloc.rst, btf.rst; libbpf's documented conventions for sections.
 */
export function readObject(bytes: Uint8Array): ObjectResult {
  try {
    return { ok: true, object: read(readElf(bytes)) };
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, problem: error.problem };
    throw error;
  }
}

function read(elf: ElfFile): ObjectSpec {
  const section = (name: string) => elf.sections.find((candidate) => candidate.name === name)?.data;
  const btfBytes = section('.BTF');
  const btf = btfBytes && readBtf(btfBytes);
  const ext: BtfExt = parseBtfExt(section('.BTF.ext') ?? new Uint8Array(0), (at) => btf?.string(at) ?? '');
  const programs = readPrograms(elf, ext);
  const maps = [...readMaps(elf, btf), ...readDataMaps(elf, btf)];
  if (programs.length === 0 && maps.length === 0) {
    throw new Unreadable('E007', 'the object holds neither a program nor a map');
  }
  return {
    license: stringAt(section('license') ?? new Uint8Array(0), 0) ?? '',
    maps,
    programs,
    constants: readConstants(elf),
    ...(btfBytes ? { btf: btfBytes.slice() } : {}),
  };
}

function readBtf(bytes: Uint8Array): Btf {
  const result = parseBtf(bytes);
  if (!result.ok) throw new Unreadable('E003', result.problem.message, '.BTF', result.problem.offset);
  return result.btf;
}
