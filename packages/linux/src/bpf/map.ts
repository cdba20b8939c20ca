import { readFileSync } from 'node:fs';
import { type MapSpec, mapTypeRow } from '@sluice/ebpf';
import { EngineError, type MapHandle, type ProgramHandle } from '@sluice/engine';
import { systemError } from '../syscall/errno.ts';
import { libc } from '../syscall/libc.ts';
import { updateBatch } from './batch.ts';
import { drainRingbuf, type RingbufMapping } from './ringbuf.ts';
import { BPF_CMD, bpfArena, sysBpf } from './sys-bpf.ts';

/**
 * BPF_MAP_CREATE. `btfFd` with the spec's type ids lets tools print keys and values; a kernel that refuses the types
 * gets the map without them.
 */
export function createMap(spec: MapSpec, btfFd?: number): LinuxMap {
  const withTypes = btfFd !== undefined && spec.keyTypeId !== undefined && spec.valueTypeId !== undefined;
  let fd = mapCreate(spec, withTypes ? btfFd : undefined);
  if (fd < 0 && withTypes) fd = mapCreate(spec, undefined);
  if (fd < 0) throw systemError(`BPF_MAP_CREATE ${spec.name}`, -fd);
  const map = new LinuxMap(spec, fd);
  if (spec.initial) map.set(new Uint8Array(4), spec.initial);
  if (spec.frozen) freeze(map);
  return map;
}

function mapCreate(spec: MapSpec, btfFd: number | undefined): number {
  const memory = bpfArena();
  const attr = memory.take(ATTR_CREATE_BYTES);
  const { view } = memory;
  const fields = [mapTypeRow(spec.type).id, spec.keySize, spec.valueSize, spec.maxEntries, spec.flags];
  fields.forEach((value, i) => {
    view.setUint32(attr + i * 4, value, true);
  });
  memory.u8.set(objectName(spec.name), attr + 28);
  if (btfFd !== undefined) {
    view.setUint32(attr + 48, btfFd, true);
    view.setUint32(attr + 52, spec.keyTypeId ?? 0, true);
    view.setUint32(attr + 56, spec.valueTypeId ?? 0, true);
  }
  return sysBpf(BPF_CMD.MAP_CREATE, memory, attr, ATTR_CREATE_BYTES);
}

/** A name as the kernel takes it: at most 15 bytes of letters, digits, `_` and `.`. */
export function objectName(name: string): Uint8Array {
  return new TextEncoder().encode(name.replace(/[^A-Za-z0-9_.]/g, '_').slice(0, 15));
}

function freeze(map: LinuxMap): void {
  const memory = bpfArena();
  const attr = memory.take(4);
  memory.view.setUint32(attr, map.fd, true);
  const result = sysBpf(BPF_CMD.MAP_FREEZE, memory, attr, 4);
  if (result < 0) throw systemError(`BPF_MAP_FREEZE ${map.spec.name}`, -result);
}

/** A map in the running kernel, by its file descriptor. */
export class LinuxMap implements MapHandle {
  readonly #valueBytes: number;
  #ring: RingbufMapping | undefined;

  constructor(
    readonly spec: MapSpec,
    readonly fd: number,
  ) {
    const perCpu = spec.type === 'percpu_array' || spec.type === 'percpu_hash' || spec.type === 'lru_percpu_hash';
    this.#valueBytes = perCpu ? roundUp8(spec.valueSize) * possibleCpus() : spec.valueSize;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#expect('key', key, this.spec.keySize);
    const memory = bpfArena();
    const attr = memory.take(ATTR_ELEM_BYTES);
    const value = memory.take(this.#valueBytes);
    const result = this.#element(BPF_CMD.MAP_LOOKUP_ELEM, memory, attr, memory.put(key), value, 0);
    if (result === -ENOENT) return undefined;
    if (result < 0) throw systemError(`BPF_MAP_LOOKUP_ELEM ${this.spec.name}`, -result);
    return memory.u8.slice(value, value + this.#valueBytes);
  }

  set(key: Uint8Array, value: Uint8Array, flags = 0): void {
    this.#expect('key', key, this.spec.keySize);
    this.#expect('value', value, this.#valueBytes);
    const memory = bpfArena();
    const attr = memory.take(ATTR_ELEM_BYTES);
    const result = this.#element(BPF_CMD.MAP_UPDATE_ELEM, memory, attr, memory.put(key), memory.put(value), flags);
    if (result < 0) throw systemError(`BPF_MAP_UPDATE_ELEM ${this.spec.name}`, -result);
  }

  setMany(entries: readonly (readonly [Uint8Array, Uint8Array])[]): void {
    if (entries.length === 0) return;
    const { keySize } = this.spec;
    const keys = new Uint8Array(entries.length * keySize);
    const values = new Uint8Array(entries.length * this.#valueBytes);
    entries.forEach(([key, value], i) => {
      this.#expect('key', key, keySize);
      this.#expect('value', value, this.#valueBytes);
      keys.set(key, i * keySize);
      values.set(value, i * this.#valueBytes);
    });
    if (updateBatch(this.spec, this.fd, keys, values, entries.length)) return;
    for (const [key, value] of entries) this.set(key, value);
  }

  delete(key: Uint8Array): boolean {
    this.#expect('key', key, this.spec.keySize);
    const memory = bpfArena();
    const attr = memory.take(ATTR_ELEM_BYTES);
    const result = this.#element(BPF_CMD.MAP_DELETE_ELEM, memory, attr, memory.put(key), undefined, 0);
    if (result < 0 && result !== -ENOENT) throw systemError(`BPF_MAP_DELETE_ELEM ${this.spec.name}`, -result);
    return result === 0;
  }

  *entries(): Generator<readonly [Uint8Array, Uint8Array]> {
    let key = this.#nextKey(undefined);
    while (key) {
      const value = this.get(key);
      const next = this.#nextKey(key);
      if (value) yield [key, value];
      key = next;
    }
  }

  setProgram(index: number, program: ProgramHandle): void {
    const fd = (program as ProgramHandle & { readonly fd?: number }).fd;
    if (fd === undefined)
      throw new EngineError(`${this.spec.name}[${index}]`, 'EINVAL', 'not a program of this kernel');
    const key = new Uint8Array(4);
    const value = new Uint8Array(4);
    new DataView(key.buffer).setUint32(0, index, true);
    new DataView(value.buffer).setUint32(0, fd, true);
    this.set(key, value);
  }

  drain(onRecord: (record: Uint8Array) => void): number {
    const { ring, records } = drainRingbuf(this.spec, this.fd, this.#ring, onRecord);
    this.#ring = ring;
    return records;
  }

  /**
   * For a ring buffer: hands every record to `onRecord` as it comes, on the event loop, without blocking it; `onRecord`
   * may take its time, the kernel counts nothing lost until the ring is full. Keeps the process alive until closed.
   */
  follow(onRecord: (record: Uint8Array) => void): { close(): void } {
    this.drain(onRecord);
    const watch = libc().watch(this.fd, 'readable', () => this.drain(onRecord));
    return { close: () => watch.close() };
  }

  close(): void {
    this.#ring?.unmap();
    this.#ring = undefined;
    libc().close(this.fd);
  }

  #nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    const memory = bpfArena();
    const attr = memory.take(ATTR_ELEM_BYTES);
    const next = memory.take(this.spec.keySize);
    const result = this.#element(BPF_CMD.MAP_GET_NEXT_KEY, memory, attr, key ? memory.put(key) : undefined, next, 0);
    if (result === -ENOENT) return undefined;
    if (result < 0) throw systemError(`BPF_MAP_GET_NEXT_KEY ${this.spec.name}`, -result);
    return memory.u8.slice(next, next + this.spec.keySize);
  }

  #element(
    command: number,
    memory: ReturnType<typeof bpfArena>,
    attr: number,
    key: number | undefined,
    value: number | undefined,
    flags: number,
  ): number {
    memory.view.setUint32(attr, this.fd, true);
    if (key !== undefined) memory.setPointer(attr + 8, key);
    if (value !== undefined) memory.setPointer(attr + 16, value);
    memory.view.setBigUint64(attr + 24, BigInt(flags), true);
    return sysBpf(command, memory, attr, ATTR_ELEM_BYTES);
  }

  #expect(what: string, bytes: Uint8Array, size: number): void {
    if (bytes.length !== size) {
      throw new EngineError(
        `map ${this.spec.name}`,
        'EINVAL',
        `${what} has ${bytes.length} bytes, the map takes ${size}`,
      );
    }
  }
}

let cpuCount: number | undefined;

/** Number of possible CPUs: how many values a per-CPU map holds. Source: /sys/devices/system/cpu/possible (`0-3`). */
export function possibleCpus(): number {
  if (cpuCount === undefined) {
    const text = readFileSync('/sys/devices/system/cpu/possible', 'utf8').trim();
    cpuCount = Number(text.split(/[-,]/).at(-1)) + 1;
  }
  return cpuCount;
}

const roundUp8 = (n: number): number => (n + 7) & ~7;
const ATTR_CREATE_BYTES = 72;
const ATTR_ELEM_BYTES = 32;
const ENOENT = 2;
