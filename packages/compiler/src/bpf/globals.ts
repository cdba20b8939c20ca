import { outside } from './outside.ts';
import type { Reference, Type } from './structs.ts';

/**
 * A load-time constant: `export const NODE_IP = config(be32)`. It lies in `.rodata`, the loader writes it before the
 * program is verified, and the verifier removes the branches it rules out. Use the name as a value of its type; a
 * struct is a reference that may only be read.
 */
export function config<T>(type: Type<T>, initial?: T): T {
  return initial ?? zero(type);
}

/** A variable that all runs of the program share: `export const packets = global(u64)`. It lies in `.bss`, zeroed. */
export function global<T>(_type: Type<T>): Reference<T> {
  return new Proxy({} as object, { get: () => outside('a global') }) as Reference<T>;
}

function zero<T>(type: Type<T>): T {
  const make = type as unknown as { new (): T; (zero: number): T };
  return /^class\b/.test(Function.prototype.toString.call(type)) ? new make() : make(0);
}
