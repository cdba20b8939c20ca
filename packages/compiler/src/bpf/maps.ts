import type { Integer, i32, u32 } from './integers.ts';
import { outside } from './outside.ts';
import type { Reference, Type } from './structs.ts';

/**
 * Maps: module-level constants, `export const blacklist = hashMap(u32, u64, { maxEntries: 1024 })`. The constant's name
 * is the map's name in the kernel (15 characters are kept there).
 */

export interface MapOptions {
  readonly maxEntries: number;
  /** BPF_F_* of the map. */
  readonly flags?: number;
  /** Shared by name under the BPF file system (LIBBPF_PIN_BY_NAME). */
  readonly pinned?: boolean;
}

/** A map with keys and values that a program reads and writes. */
export interface KeyedMap<K, V> {
  /** The value in place (writes go to the map), or null. Integers come as a `Ref`. */
  lookup(key: K): Reference<V> | null;
  /** 0, or a negative errno: E2BIG when full, EEXIST and ENOENT by `flags` (BPF_ANY, BPF_NOEXIST, BPF_EXIST). */
  update(key: K, value: V, flags?: Integer): i32;
  /** 0, or a negative errno. */
  delete(key: K): i32;
}

/** An array of programs to go on with. */
export interface ProgArray {
  /** Leaves this program for the one at `index`; returns only where that slot is empty or out of range. */
  tailCall(ctx: object, index: number): void;
}

/** A queue of records towards user space. */
export interface RingBuffer {
  /** Room for one record, or null when full. Each path must `submit` or `discard` it. */
  reserve<T>(type: Type<T>): Reference<T> | null;
  /** Hands a reserved record over; the reference is dead afterwards. */
  submit(record: object, flags?: Integer): void;
  /** Gives a reserved record back; the reference is dead afterwards. */
  discard(record: object, flags?: Integer): void;
  /** Copies a record in: 0, or a negative errno. */
  output(record: object, flags?: Integer): i32;
}

/** Per-CPU buffers of events towards user space. */
export interface PerfEventArray {
  /** Copies a record out, followed by the packet bytes that `flags` asks for: 0, or a negative errno. */
  output(ctx: object, record: object, flags?: Integer): i32;
}

/** Where XDP packets can go: devices, CPUs, AF_XDP sockets. */
export interface RedirectMap {
  /** XDP_REDIRECT, or the low bits of `flags` where there is no such entry. */
  redirect(key: number, flags?: Integer): i32;
}

/** BPF_MAP_TYPE_HASH */
export function hashMap<K, V>(key: Type<K>, value: Type<V>, options: MapOptions): KeyedMap<K, V> {
  return keyed(key, value, options);
}
/** BPF_MAP_TYPE_PERCPU_HASH: a value per CPU; a program sees its own. */
export function percpuHashMap<K, V>(key: Type<K>, value: Type<V>, options: MapOptions): KeyedMap<K, V> {
  return keyed(key, value, options);
}
/** BPF_MAP_TYPE_LRU_HASH: the entry unused for longest makes room. */
export function lruHashMap<K, V>(key: Type<K>, value: Type<V>, options: MapOptions): KeyedMap<K, V> {
  return keyed(key, value, options);
}
/** BPF_MAP_TYPE_LRU_PERCPU_HASH */
export function lruPercpuHashMap<K, V>(key: Type<K>, value: Type<V>, options: MapOptions): KeyedMap<K, V> {
  return keyed(key, value, options);
}
/** BPF_MAP_TYPE_LPM_TRIE: the key is a struct that starts with its prefix length in bits (`prefixLen: u32`). */
export function lpmTrieMap<K extends object, V>(key: new () => K, value: Type<V>, options: MapOptions): KeyedMap<K, V> {
  return keyed(key, value, options);
}
/** BPF_MAP_TYPE_ARRAY: keys are 0 to maxEntries - 1 and always there; lookup is null only beyond them. */
export function arrayMap<V>(value: Type<V>, options: MapOptions): KeyedMap<u32, V> {
  return keyed(undefined, value, options);
}
/** BPF_MAP_TYPE_PERCPU_ARRAY */
export function percpuArrayMap<V>(value: Type<V>, options: MapOptions): KeyedMap<u32, V> {
  return keyed(undefined, value, options);
}
/** BPF_MAP_TYPE_PROG_ARRAY */
export function progArray(_options: MapOptions): ProgArray {
  return { tailCall: () => outside('tailCall()') };
}
/** BPF_MAP_TYPE_RINGBUF; `bytes` is a power of two and a multiple of the page size. */
export function ringBuffer(_options: { readonly bytes: number; readonly pinned?: boolean }): RingBuffer {
  return {
    reserve: () => outside('reserve()'),
    submit: () => outside('submit()'),
    discard: () => outside('discard()'),
    output: () => outside('output()'),
  };
}
/** BPF_MAP_TYPE_PERF_EVENT_ARRAY */
export function perfEventArray(_options: MapOptions): PerfEventArray {
  return { output: () => outside('output()') };
}
/** BPF_MAP_TYPE_DEVMAP: index to interface. */
export function devMap(_options: MapOptions): RedirectMap {
  return { redirect: () => outside('redirect()') };
}
/** BPF_MAP_TYPE_DEVMAP_HASH: any number to interface. */
export function devMapHash(_options: MapOptions): RedirectMap {
  return { redirect: () => outside('redirect()') };
}
/** BPF_MAP_TYPE_CPUMAP: index to CPU queue. */
export function cpuMap(_options: MapOptions): RedirectMap {
  return { redirect: () => outside('redirect()') };
}
/** BPF_MAP_TYPE_XSKMAP: queue to AF_XDP socket. */
export function xskMap(_options: MapOptions): RedirectMap {
  return { redirect: () => outside('redirect()') };
}

function keyed<K, V>(_key: Type<K> | undefined, _value: Type<V>, _options: MapOptions): KeyedMap<K, V> {
  return {
    lookup: () => outside('lookup()'),
    update: () => outside('update()'),
    delete: () => outside('delete()'),
  };
}
