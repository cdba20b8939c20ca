import type { HelperRow } from '../abi/helper.ts';
import type { LookupPlan } from '../maps/lookup-plan.ts';
import { MAX_BPF_STACK } from '../vm/limits.ts';
import type { LinkedCode } from '../vm/link.ts';
import { FOR_EACH_MAP_ELEM, LOOP, TAIL_CALL } from '../vm/program-environment.ts';
import { ByteWriter } from './byte-writer.ts';
import {
  emitCallbackCall,
  emitHelperCall,
  emitLocalCall,
  emitPacketLoad,
  emitTailCall,
  helperParameters,
} from './emit-call.ts';
import { type EmitContext, emitFunction } from './emit-function.ts';
import { emitArrayLookup, hashLookupBody, INLINE_KEY_BYTES_MAX } from './emit-lookup.ts';
import type { AddressCheck } from './emit-memory.ts';
import type { FunctionEmitter } from './function-emitter.ts';
import { mapArgument } from './map-argument.ts';
import {
  exportSection,
  functionSection,
  type Import,
  importSection,
  section,
  TYPE_PROGRAM,
  typeSection,
} from './sections.ts';
import { I64, NO_RESULT, W } from './wasm-opcode.ts';

/** A compiled program before instantiation. */
export interface CompiledModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Helpers that it imports as `h.0`, `h.1`, …. */
  readonly helpers: readonly HelperRow[];
}

export interface CompileOptions {
  /** Address of the word with the high half of 64-bit results. */
  readonly resultHigh: number;
  /** Address of the fuel word; absent for verified programs. */
  readonly fuel?: number;
  readonly check?: AddressCheck;
  /** Pages of the memory that is imported. */
  readonly memoryPages: number;
  /** How to look up in a map by its id, where compiled code may. */
  readonly lookupPlan: (mapId: number) => LookupPlan | undefined;
}

const MAP_LOOKUP_ELEM = 1;

/** Imports of module `m` that are not helpers with plain arguments, and the numbers they take. */
const SERVICES = { tailTarget: 2, loop: 6, forEachMapElem: 6, packetLoad: 3 } as const;
type Service = keyof typeof SERVICES;

/**
 * Compiles linked code to a WebAssembly module. It imports `m.memory`, `m.table`, helpers as `h.…` and the services it
 * uses; it exports `entry(ctx, framePointer) → low half of r0` for the outside, `main` for the program table, and
 * `callback(function, a, b, c, d, framePointer)` for helpers that call functions of the program.
 *
 * Spec: WebAssembly core §5.5; the tail-call proposal for `return_call_indirect`.
 */
export function compile(linked: LinkedCode, options: CompileOptions): CompiledModule {
  const helpers = [
    ...new Set(linked.helpers.filter((row) => row !== undefined && serviceOf(row) === undefined)),
  ] as HelperRow[];
  const services = (Object.keys(SERVICES) as Service[]).filter((service) => uses(linked, service));
  const imports: Import[] = [
    ...helpers.map((row, i) => ({ module: 'h', name: String(i), parameters: helperParameters(row) })),
    ...services.map((name) => ({ module: 'm', name, parameters: SERVICES[name] })),
  ];
  const functionIndex = (first: number): number => imports.length + linked.functions.indexOf(first);
  const lookups = new Lookups(imports.length + linked.functions.length + 2);
  const emitCall = (f: FunctionEmitter, index: number, blockFirst: number): void => {
    const row = linked.helpers[index];
    const form = linked.forms[index]!;
    const service = (name: Service): number => helpers.length + services.indexOf(name);
    if (form.kind === 'ldabs' || form.kind === 'ldind') {
      emitPacketLoad(f, form, linked.instructions[index]!, service('packetLoad'), options.resultHigh);
    } else if (row === undefined) emitLocalCall(f, functionIndex(linked.targets[index]!));
    else if (row.id === TAIL_CALL) emitTailCall(f, service('tailTarget'), TYPE_PROGRAM);
    else if (row.id === LOOP || row.id === FOR_EACH_MAP_ELEM) emitCallbackCall(f, row, service(serviceOf(row)!));
    else if (
      row.id !== MAP_LOOKUP_ELEM ||
      options.check ||
      !lookups.emit(f, options.lookupPlan(mapArgument(linked, index, blockFirst)))
    ) {
      emitHelperCall(f, row, helpers.indexOf(row), options.resultHigh);
    }
  };
  const context: EmitContext = { linked, check: options.check, fuel: options.fuel, emitCall };
  const { functions } = linked;
  const bodies = functions.map((from, i) =>
    emitFunction(context, from, functions[i + 1] ?? linked.instructions.length),
  );
  bodies.push(entryBody(functionIndex(0), options.resultHigh), callbackBody(linked.callbacks, functionIndex));
  bodies.push(...lookups.bodies);

  const out = new ByteWriter();
  out.bytes([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  section(out, 1, typeSection());
  section(out, 2, importSection(imports, options.memoryPages));
  section(out, 3, functionSection(functions.length, lookups.bodies.length));
  section(out, 7, exportSection(imports.length, functions.length));
  const code = new ByteWriter();
  code.unsigned(bodies.length);
  for (const body of bodies) code.sized(body);
  section(out, 10, code);
  return { bytes: out.take(), helpers };
}

/** The lookup functions of the hash maps that a program uses, each made once. */
class Lookups {
  readonly bodies: ByteWriter[] = [];
  readonly #indexes = new Map<number, number>();
  readonly #first: number;

  /** `first`: index of the first lookup function. */
  constructor(first: number) {
    this.#first = first;
  }

  /** Emits a lookup of the key at r2; false where there is no plan for it. */
  emit(f: FunctionEmitter, plan: LookupPlan | undefined): boolean {
    if (plan === undefined) return false;
    if (plan.kind === 'array') {
      emitArrayLookup(f, plan);
      return true;
    }
    if (plan.keySize > INLINE_KEY_BYTES_MAX) return false;
    let index = this.#indexes.get(plan.table);
    if (index === undefined) {
      index = this.#first + this.bodies.length;
      this.#indexes.set(plan.table, index);
      this.bodies.push(hashLookupBody(plan));
    }
    f.registerLow(2);
    f.call(index);
    f.setRegisterLow(0);
    return true;
  }
}

function serviceOf(row: HelperRow): Service | undefined {
  if (row.id === TAIL_CALL) return 'tailTarget';
  if (row.id === LOOP) return 'loop';
  return row.id === FOR_EACH_MAP_ELEM ? 'forEachMapElem' : undefined;
}

function uses({ helpers, forms }: LinkedCode, service: Service): boolean {
  if (service === 'packetLoad') return forms.some((form) => form.kind === 'ldabs' || form.kind === 'ldind');
  return helpers.some((row) => row !== undefined && serviceOf(row) === service);
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

/** callback(function, a, b, c, d, framePointer): calls that function on the frame above; the low half of its r0. */
function callbackBody(callbacks: readonly number[], functionIndex: (first: number) => number): ByteWriter {
  const body = new ByteWriter();
  body.byte(0);
  for (const first of callbacks) {
    body.bytes([W.localGet, 0, W.i32Const]);
    body.signed(first);
    body.bytes([W.i32Eq, W.if, NO_RESULT]);
    for (let argument = 1; argument <= 4; argument++) body.bytes([W.localGet, argument, W.i64ExtendI32U]);
    body.bytes([W.i64Const, 0, W.localGet, 5, W.i32Const]);
    body.signed(MAX_BPF_STACK);
    body.bytes([W.i32Add, W.call]);
    body.unsigned(functionIndex(first));
    body.bytes([W.i32WrapI64, W.return, W.end]);
  }
  body.bytes([W.unreachable, W.end]);
  return body;
}
