import type { u8 } from './integers.ts';
import { outside } from './outside.ts';

/**
 * Structs are classes whose fields have a declared type and a zero initialiser:
 *
 *     class Entry { packets: u64 = 0n; port: be16 = 0; mac: Bytes<6> = bytes(6); next: Hop = new Hop() }
 *
 * Fields lie as C lays them out: in order, each aligned to its own size. `static packed = true` removes all padding
 * (packet headers). Padding inside a map's key or value is an error that names the gap: declare the padding as a field.
 *
 * `new Entry()` is a zeroed variable on the program's stack. A variable of struct type is a reference: it may point to
 * the stack, a map's value, a packet or a ring-buffer record, and `null` is C's NULL. Assigning to a *field* of struct
 * or array type copies the bytes.
 */

/** What describes a type to a map or to `packet`: a struct class, or an integer's name. */
export type Type<T> = (new () => T) | ((value: never) => T);

/** An integer in memory: `.value` reads and writes it. */
export interface Ref<T> {
  value: T;
}

/** A struct is its own reference; an integer is reached through a Ref. */
export type Reference<T> = [T] extends [number | bigint] ? Ref<T> : T;

/** An array of N elements inside a struct. An index that is not constant must be provably below N. */
export interface FixedArray<T, N extends number> {
  readonly length: N;
  [index: number]: T;
}

/** N bytes inside a struct: an address, a name. */
export type Bytes<N extends number> = FixedArray<u8, N>;

/** Initialiser of a `Bytes<N>` field. */
export function bytes<N extends number>(length: N): Bytes<N> {
  return new Uint8Array(length) as unknown as Bytes<N>;
}

/** Initialiser of a `FixedArray<T, N>` field: `slots = array(u32, 4)`. */
export function array<T, N extends number>(type: Type<T>, length: N): FixedArray<T, N> {
  const make = type as unknown as { new (): T; (zero: number): T };
  const isClass = /^class\b/.test(Function.prototype.toString.call(type));
  return Array.from({ length }, () => (isClass ? new make() : make(0))) as unknown as FixedArray<T, N>;
}

/** Size in bytes, as a compile-time constant. */
export function sizeOf<T>(_type: Type<T>): number {
  return outside('sizeOf()');
}

/** Copies a whole struct or array over another of the same type. */
export function copy<T extends object>(_to: T, _from: T): void {
  outside('copy()');
}

/** Whether two structs or arrays of the same type hold the same bytes. */
export function equal<T extends object>(_a: T, _b: T): boolean {
  return outside('equal()');
}
