import {
  ELEMENT_HASH,
  ELEMENT_KEY,
  ELEMENT_NEWER,
  ELEMENT_NEXT,
  ELEMENT_OLDER,
  HASH_END,
  HASH_WORD,
  type LookupPlan,
  TABLE_BUCKETS,
  TABLE_MASK,
  TABLE_NEWEST,
  TABLE_OLDEST,
} from '../maps/lookup-plan.ts';
import { ByteWriter } from './byte-writer.ts';
import type { FunctionEmitter } from './function-emitter.ts';
import { I32, NO_RESULT, W } from './wasm-opcode.ts';

type ArrayPlan = Extract<LookupPlan, { kind: 'array' }>;
type HashPlan = Extract<LookupPlan, { kind: 'hash' }>;

/** Longer keys are looked up by the map itself: unrolled code for them would be long. */
export const INLINE_KEY_BYTES_MAX = 64;

/** r0 = address of the entry whose index r2 points to, or 0. */
export function emitArrayLookup(f: FunctionEmitter, plan: ArrayPlan): void {
  f.registerLow(2);
  f.memory(W.i32Load, 0);
  f.tee(f.word);
  f.i32(plan.maxEntries);
  f.op(W.i32LtU, W.if);
  f.out.byte(I32);
  f.get(f.word);
  f.i32(plan.entryBytes);
  f.op(W.i32Mul);
  f.i32(plan.base);
  f.op(W.i32Add, W.else);
  f.i32(0);
  f.op(W.end);
  f.setRegisterLow(0);
}

/** Locals of a lookup function. */
const KEY = 0;
const HASH = 1;
const AT = 2;
const OTHER = 3;

/** Body of a function from a key's address to its value's, or 0: `HashMap.lookup` in WebAssembly, for one map. */
export function hashLookupBody(plan: HashPlan): ByteWriter {
  const out = new Body();
  out.bytes([1, 3, I32]);
  out.hash(plan.keySize);
  // at = *(buckets + (hash & mask) * 4)
  out.constant(plan.table);
  out.load(TABLE_BUCKETS);
  out.get(HASH);
  out.constant(plan.table);
  out.load(TABLE_MASK);
  out.bytes([W.i32And, W.i32Const, 2, W.i32Shl, W.i32Add]);
  out.load(0);
  out.set(AT);
  out.bytes([W.block, NO_RESULT, W.loop, NO_RESULT]);
  out.get(AT);
  out.bytes([W.i32Eqz, W.brIf, 1, W.block, NO_RESULT]);
  out.get(AT);
  out.load(ELEMENT_HASH);
  out.get(HASH);
  out.bytes([W.i32Ne, W.brIf, 0]);
  out.compareKeys(plan.keySize);
  if (plan.lru) out.touch(plan.table);
  out.get(AT);
  out.constant(plan.valueOffset);
  out.bytes([W.i32Add, W.return, W.end]);
  out.get(AT);
  out.load(ELEMENT_NEXT);
  out.set(AT);
  out.bytes([W.br, 0, W.end, W.end, W.i32Const, 0, W.end]);
  return out;
}

class Body extends ByteWriter {
  get(local: number): void {
    this.bytes([W.localGet, local]);
  }

  set(local: number): void {
    this.bytes([W.localSet, local]);
  }

  constant(value: number): void {
    this.byte(W.i32Const);
    this.signed(value);
  }

  /** A load or store at the address on the stack plus `offset`. */
  access(opcode: W, offset: number): void {
    this.bytes([opcode, 0]);
    this.unsigned(offset);
  }

  load(offset: number): void {
    this.access(W.i32Load, offset);
  }

  /** Sets HASH to what `hashBytes` makes of the key. */
  hash(size: number): void {
    const whole = size & ~3;
    this.constant(size);
    for (let at = 0; at < whole; at += 4) {
      this.get(KEY);
      this.load(at);
      this.mix();
    }
    if (whole !== size) {
      this.constant(0);
      for (let at = whole; at < size; at++) {
        this.bytes([W.i32Const, 8, W.i32Shl]);
        this.get(KEY);
        this.access(W.i32Load8U, at);
        this.byte(W.i32Or);
      }
      this.mix();
    }
    this.foldRight(16);
    this.constant(HASH_END);
    this.byte(W.i32Mul);
    this.foldRight(15);
    this.set(HASH);
  }

  mix(): void {
    this.byte(W.i32Xor);
    this.constant(HASH_WORD | 0);
    this.bytes([W.i32Mul, W.i32Const, 15, W.i32Rotl]);
  }

  /** x ^= x >>> by */
  foldRight(by: number): void {
    this.bytes([W.localTee, HASH, W.localGet, HASH]);
    this.constant(by);
    this.bytes([W.i32ShrU, W.i32Xor]);
  }

  /** Leaves the innermost block where the element's key is another. */
  compareKeys(size: number): void {
    const pieces = [
      [8, W.i64Load, W.i64Ne],
      [4, W.i32Load, W.i32Ne],
      [2, W.i32Load16U, W.i32Ne],
      [1, W.i32Load8U, W.i32Ne],
    ] as const;
    let at = 0;
    for (const [bytes, load, differs] of pieces) {
      for (; at + bytes <= size; at += bytes) {
        this.get(AT);
        this.access(load, ELEMENT_KEY + at);
        this.get(KEY);
        this.access(load, at);
        this.bytes([differs, W.brIf, 0]);
      }
    }
  }

  /** Moves the element at AT to the newest end, as `LruHashMap` does; KEY and OTHER serve as its neighbours. */
  touch(table: number): void {
    this.get(AT);
    this.constant(table);
    this.load(TABLE_NEWEST);
    this.bytes([W.localTee, OTHER, W.i32Ne, W.if, NO_RESULT]);
    // KEY = older; (older ? older.newer : oldest) = newer; newer.older = older. There is a newer one.
    this.get(AT);
    this.load(ELEMENT_OLDER);
    this.bytes([W.localTee, KEY]);
    this.constant(ELEMENT_NEWER);
    this.byte(W.i32Add);
    this.constant(table + TABLE_OLDEST);
    this.get(KEY);
    this.byte(W.select);
    this.get(AT);
    this.load(ELEMENT_NEWER);
    this.access(W.i32Store, 0);
    this.get(AT);
    this.load(ELEMENT_NEWER);
    this.get(KEY);
    this.access(W.i32Store, ELEMENT_OLDER);
    // at.older = newest; at.newer = 0; newest.newer = at; newest = at
    this.get(AT);
    this.get(OTHER);
    this.access(W.i32Store, ELEMENT_OLDER);
    this.get(AT);
    this.constant(0);
    this.access(W.i32Store, ELEMENT_NEWER);
    this.get(OTHER);
    this.get(AT);
    this.access(W.i32Store, ELEMENT_NEWER);
    this.constant(table);
    this.get(AT);
    this.access(W.i32Store, TABLE_NEWEST);
    this.byte(W.end);
  }
}
