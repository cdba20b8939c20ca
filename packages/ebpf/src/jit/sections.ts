import { ByteWriter } from './byte-writer.ts';
import { I32, I64 } from './wasm-opcode.ts';

/** A function imported, all of whose parameters and result are 32-bit numbers. */
export interface Import {
  readonly module: string;
  readonly name: string;
  readonly parameters: number;
}

/** Indexes in the type section; helpers of n parameters follow at TYPE_HELPER + n. */
export const TYPE_PROGRAM = 0;
const TYPE_FUNCTION = 1;
const TYPE_HELPER = 2;
const HELPER_PARAMETERS_MAX = 10;

/** Appends a section. */
export function section(out: ByteWriter, id: number, content: ByteWriter): void {
  out.byte(id);
  out.sized(content);
}

/** A program: r1 and frame pointer; a function: r1 … r5 and frame pointer; then helpers by number of parameters. */
export function typeSection(): ByteWriter {
  const types = new ByteWriter();
  types.unsigned(TYPE_HELPER + HELPER_PARAMETERS_MAX + 1);
  functionType(types, [I64, I32], I64);
  functionType(types, [I64, I64, I64, I64, I64, I32], I64);
  for (let n = 0; n <= HELPER_PARAMETERS_MAX; n++) functionType(types, new Array<number>(n).fill(I32), I32);
  return types;
}

function functionType(out: ByteWriter, parameters: readonly number[], result: number): void {
  out.byte(0x60);
  out.unsigned(parameters.length);
  out.bytes(parameters);
  out.bytes([1, result]);
}

/** Memory and program table, and the functions in their order. */
export function importSection(functions: readonly Import[], memoryPages: number): ByteWriter {
  const imports = new ByteWriter();
  imports.unsigned(2 + functions.length);
  imports.name('m');
  imports.name('memory');
  imports.bytes([2, 1]);
  imports.unsigned(memoryPages);
  imports.unsigned(memoryPages);
  imports.name('m');
  imports.name('table');
  imports.bytes([1, 0x70, 0, 0]);
  for (const { module, name, parameters } of functions) {
    imports.name(module);
    imports.name(name);
    imports.byte(0);
    imports.unsigned(TYPE_HELPER + parameters);
  }
  return imports;
}

/** The program, the functions it calls, then `entry` and `callback`, then lookups in maps. */
export function functionSection(functions: number, lookups: number): ByteWriter {
  const out = new ByteWriter();
  out.unsigned(functions + 2 + lookups);
  out.byte(TYPE_PROGRAM);
  for (let i = 1; i < functions; i++) out.byte(TYPE_FUNCTION);
  out.byte(TYPE_HELPER + 2);
  out.byte(TYPE_HELPER + 6);
  for (let i = 0; i < lookups; i++) out.byte(TYPE_HELPER + 1);
  return out;
}

/** `imported` functions stand before the program and its functions. */
export function exportSection(imported: number, functions: number): ByteWriter {
  const exports = new ByteWriter();
  const names = ['main', 'entry', 'callback'];
  const indexes = [imported, imported + functions, imported + functions + 1];
  exports.unsigned(names.length);
  names.forEach((name, i) => {
    exports.name(name);
    exports.byte(0);
    exports.unsigned(indexes[i]!);
  });
  return exports;
}
