import { type ConcreteMap, checkMapSpec, errno, type MapSpec, PerfEventArray, RingBuffer, SlotMap } from '@sluice/ebpf';
import { EngineError, type MapHandle, type ProgramHandle } from '@sluice/engine';
import { setLe32 } from '@sluice/wire';
import type { HostBpf } from './host-bpf.ts';
import { ModelProgram } from './program.ts';

const NAMES = new Map(Object.entries(errno).map(([name, value]) => [value as number, name]));

/** errno name of a negative result. */
export const errnoName = (result: number): string => NAMES.get(-result) ?? `errno ${-result}`;

/** A map as user space holds it. */
export class ModelMap implements MapHandle {
  readonly spec: MapSpec;
  readonly map: ConcreteMap;
  readonly #bpf: HostBpf;

  /** BPF_MAP_CREATE. Throws EngineError where Linux would refuse. */
  constructor(bpf: HostBpf, spec: MapSpec) {
    const problem = checkMapSpec(spec);
    if (problem) throw new EngineError(`BPF_MAP_CREATE ${spec.name}`, problem.errno, problem.message);
    this.#bpf = bpf;
    this.spec = spec;
    this.map = bpf.vm.createMap(spec);
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.map.get(key);
  }

  set(key: Uint8Array, value: Uint8Array, flags = 0): void {
    const result = this.map.set(key, value, flags);
    if (result < 0)
      throw new EngineError(`BPF_MAP_UPDATE_ELEM ${this.spec.name}`, errnoName(result), 'the map refused');
  }

  setMany(entries: readonly (readonly [Uint8Array, Uint8Array])[]): void {
    for (const [key, value] of entries) this.set(key, value);
  }

  delete(key: Uint8Array): boolean {
    const result = this.map.delete(key);
    if (result === 0) return true;
    if (result === -errno.ENOENT) return false;
    throw new EngineError(`BPF_MAP_DELETE_ELEM ${this.spec.name}`, errnoName(result), 'the map refused');
  }

  entries(): Iterable<readonly [Uint8Array, Uint8Array]> {
    return this.map.entries();
  }

  setProgram(index: number, program: ProgramHandle): void {
    const operation = `BPF_MAP_UPDATE_ELEM ${this.spec.name}[${index}]`;
    if (!(this.map instanceof SlotMap) || this.spec.type !== 'prog_array') {
      throw new EngineError(operation, 'EINVAL', 'not a program array');
    }
    if (!(program instanceof ModelProgram) || program.bpf !== this.#bpf) {
      throw new EngineError(operation, 'EINVAL', `${program.name} is not a program of this host`);
    }
    const key = new Uint8Array(4);
    const value = new Uint8Array(4);
    setLe32(key, 0, index);
    setLe32(value, 0, program.program.id);
    this.set(key, value);
  }

  drain(onRecord: (record: Uint8Array) => void): number {
    if (this.map instanceof RingBuffer || this.map instanceof PerfEventArray) return this.map.drain(onRecord);
    throw new EngineError(`drain ${this.spec.name}`, 'EINVAL', 'not a ring buffer');
  }

  close(): void {
    this.#bpf.vm.destroyMap(this.map);
  }
}
