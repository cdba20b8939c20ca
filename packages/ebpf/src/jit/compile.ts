import type { HelperRow } from '../abi/helper.ts';
import type { LinkedCode } from '../vm/link.ts';
import { ByteWriter } from './byte-writer.ts';
import { emitHelperCall, emitLocalCall, emitTailCall, helperParameters } from './emit-call.ts';
import { type EmitContext, emitFunction } from './emit-function.ts';
import type { AddressCheck } from './emit-memory.ts';
import type { FunctionEmitter } from './function-emitter.ts';
import { I32, I64, W } from './wasm-opcode.ts';

/** A compiled program before instantiation: the module, and what its imports `h.0`, `h.1`, … are. */
export interface CompiledModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** In the imports' order. */
  readonly helpers: readonly HelperRow[];
  readonly hasTailCalls: boolean;
}

export interface CompileOptions {
  /** Addresses of words in the arena. */
  readonly resultHigh: number;
  /** Absent for verified programs. */
  readonly fuel?: number;
  readonly check?: AddressCheck;
  /** Pages of the memory that is imported. */
  readonly memoryPages: number;
}

const TAIL_CALL = 12;
/** Indexes in the type section. */
const TYPE_PROGRAM = 0;
const TYPE_FUNCTION = 1;
const TYPE_ENTRY = 2;
const TYPE_HELPER = 3;
const HELPER_PARAMETERS_MAX = 10;

/**
 * Compiles linked code to a WebAssembly module. It imports `m.memory`, the helpers, for tail calls `m.tailTarget` and
 * `m.table`; it exports `entry(ctx, framePointer) → low half of r0` for the outside and `main` for the program table.
 *
 * Spec: WebAssembly core §5.5; the tail-call proposal for `return_call_indirect`.
 */
export function compile(linked: LinkedCode, options: CompileOptions): CompiledModule {
  const helpers = [
    ...new Set(linked.helpers.filter((row) => row !== undefined && row.id !== TAIL_CALL)),
  ] as HelperRow[];
  const hasTailCalls = linked.helpers.some((row) => row?.id === TAIL_CALL);
  const imported = helpers.length + (hasTailCalls ? 1 : 0);
  const context: EmitContext = {
    linked,
    check: options.check,
    fuel: options.fuel,
    emitCall: (f, index) => emitCall(f, linked, index, helpers, imported, options),
  };
  const { functions } = linked;
  const bodies = functions.map((from, i) =>
    emitFunction(context, from, functions[i + 1] ?? linked.instructions.length),
  );
  bodies.push(entryBody(imported, options.resultHigh));

  const out = new ByteWriter();
  out.bytes([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  section(out, 1, typeSection());
  section(out, 2, importSection(helpers, hasTailCalls, options.memoryPages));
  section(out, 3, functionSection(functions.length));
  section(out, 7, exportSection(imported, imported + functions.length));
  const code = new ByteWriter();
  code.unsigned(bodies.length);
  for (const body of bodies) code.sized(body);
  section(out, 10, code);
  return { bytes: out.take(), helpers, hasTailCalls };
}

function emitCall(
  f: FunctionEmitter,
  linked: LinkedCode,
  index: number,
  helpers: readonly HelperRow[],
  imported: number,
  options: CompileOptions,
): void {
  const row = linked.helpers[index];
  if (row === undefined) emitLocalCall(f, imported + linked.functions.indexOf(linked.targets[index]!));
  else if (row.id === TAIL_CALL) emitTailCall(f, imported - 1, TYPE_PROGRAM);
  else emitHelperCall(f, row, helpers.indexOf(row), options.resultHigh);
}

/** entry(ctx, framePointer): calls the program, puts the high half of r0 where helpers put theirs, returns the low one. */
function entryBody(main: number, resultHigh: number): ByteWriter {
  const body = new ByteWriter();
  body.bytes([1, 1, I64]);
  body.bytes([W.localGet, 0, W.i64ExtendI32U, W.localGet, 1, W.call]);
  body.unsigned(main);
  body.bytes([W.localSet, 2, W.i32Const]);
  body.signed(resultHigh);
  body.bytes([W.localGet, 2, W.i64Const, 32, W.i64ShrU, W.i64Store32, 0, 0, W.localGet, 2, W.i32WrapI64, W.end]);
  return body;
}

function typeSection(): ByteWriter {
  const types = new ByteWriter();
  types.unsigned(TYPE_HELPER + HELPER_PARAMETERS_MAX + 1);
  functionType(types, [I64, I32], I64);
  functionType(types, [I64, I64, I64, I64, I64, I32], I64);
  functionType(types, [I32, I32], I32);
  for (let n = 0; n <= HELPER_PARAMETERS_MAX; n++) functionType(types, new Array<number>(n).fill(I32), I32);
  return types;
}

function functionType(out: ByteWriter, parameters: readonly number[], result: number): void {
  out.byte(0x60);
  out.unsigned(parameters.length);
  out.bytes(parameters);
  out.bytes([1, result]);
}

function importSection(helpers: readonly HelperRow[], hasTailCalls: boolean, memoryPages: number): ByteWriter {
  const imports = new ByteWriter();
  imports.unsigned(1 + helpers.length + (hasTailCalls ? 2 : 0));
  imports.name('m');
  imports.name('memory');
  imports.bytes([2, 1]);
  imports.unsigned(memoryPages);
  imports.unsigned(memoryPages);
  helpers.forEach((row, i) => {
    imports.name('h');
    imports.name(String(i));
    imports.byte(0);
    imports.unsigned(TYPE_HELPER + helperParameters(row));
  });
  if (hasTailCalls) {
    imports.name('m');
    imports.name('tailTarget');
    imports.bytes([0, TYPE_HELPER + 2]);
    imports.name('m');
    imports.name('table');
    imports.bytes([1, 0x70, 0, 0]);
  }
  return imports;
}

function functionSection(functions: number): ByteWriter {
  const out = new ByteWriter();
  out.unsigned(functions + 1);
  out.byte(TYPE_PROGRAM);
  for (let i = 1; i < functions; i++) out.byte(TYPE_FUNCTION);
  out.byte(TYPE_ENTRY);
  return out;
}

function exportSection(main: number, entry: number): ByteWriter {
  const exports = new ByteWriter();
  exports.unsigned(2);
  exports.name('main');
  exports.byte(0);
  exports.unsigned(main);
  exports.name('entry');
  exports.byte(0);
  exports.unsigned(entry);
  return exports;
}

function section(out: ByteWriter, id: number, content: ByteWriter): void {
  out.byte(id);
  out.sized(content);
}
