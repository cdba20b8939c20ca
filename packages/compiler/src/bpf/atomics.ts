import type { i32, i64, u32, u64 } from './integers.ts';
import { outside } from './outside.ts';

/**
 * Atomic operations on 32 and 64 bits. The first argument is a place, not a value: `atomicAdd(entry.packets, 1n)`,
 * `atomicAdd(count.value, 1)`.
 */
export type AtomicInteger = u32 | i32 | u64 | i64;

/** place += value */
export function atomicAdd<T extends AtomicInteger>(_place: T, _value: T): void {
  outside('atomicAdd()');
}
/** place |= value */
export function atomicOr<T extends AtomicInteger>(_place: T, _value: T): void {
  outside('atomicOr()');
}
/** place &= value */
export function atomicAnd<T extends AtomicInteger>(_place: T, _value: T): void {
  outside('atomicAnd()');
}
/** place ^= value */
export function atomicXor<T extends AtomicInteger>(_place: T, _value: T): void {
  outside('atomicXor()');
}
/** place += value; returns what was there before. */
export function fetchAdd<T extends AtomicInteger>(_place: T, _value: T): T {
  return outside('fetchAdd()');
}
/** Puts `value` in place; returns what was there before. */
export function exchange<T extends AtomicInteger>(_place: T, _value: T): T {
  return outside('exchange()');
}
/** Puts `value` in place where `expected` is there; returns what was there before. */
export function compareExchange<T extends AtomicInteger>(_place: T, _expected: T, _value: T): T {
  return outside('compareExchange()');
}
