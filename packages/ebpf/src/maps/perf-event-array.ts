import type { MapSpec } from '../spec.ts';
import { ENOENT, ENOSPC, EOPNOTSUPP } from './errno.ts';
import type { MapContext } from './keyed-map.ts';
import type { BpfMap } from './map.ts';

/** Bytes that wait on one CPU before records are lost: a perf buffer of 64 pages, libbpf users' usual size. */
const QUEUE_BYTES_MAX = 64 * 4096;

/**
 * BPF_MAP_TYPE_PERF_EVENT_ARRAY: one queue for each CPU, from programs to user space.
 *
 * Departure: on Linux user space opens a perf event and stores its descriptor in the array; here each CPU's queue is
 * there from the start, for indexes below `maxEntries` (0: all CPUs).
 */
export class PerfEventArray implements BpfMap {
  readonly #queues: Uint8Array[][];
  readonly #bytes: number[];
  readonly #cpus: number;
  #lost = 0;

  constructor(
    readonly id: number,
    readonly spec: MapSpec,
    context: MapContext,
  ) {
    this.#cpus = Math.min(context.cpus, spec.maxEntries || context.cpus);
    this.#queues = Array.from({ length: this.#cpus }, () => []);
    this.#bytes = this.#queues.map(() => 0);
  }

  /** Records that found no room. */
  get lost(): number {
    return this.#lost;
  }

  /** Queues a record (kept, not copied) on a CPU: 0, -ENOENT without such a CPU, -ENOSPC when full. */
  output(cpu: number, record: Uint8Array): number {
    const queue = this.#queues[cpu];
    if (!queue) return -ENOENT;
    if (this.#bytes[cpu]! + record.length > QUEUE_BYTES_MAX) {
      this.#lost++;
      return -ENOSPC;
    }
    queue.push(record);
    this.#bytes[cpu]! += record.length;
    return 0;
  }

  /** Hands over all waiting records, CPU by CPU; returns their number. */
  drain(onRecord: (record: Uint8Array, cpu: number) => void): number {
    let records = 0;
    for (let cpu = 0; cpu < this.#cpus; cpu++) {
      const waiting = this.#queues[cpu]!.splice(0);
      this.#bytes[cpu] = 0;
      records += waiting.length;
      for (const record of waiting) onRecord(record, cpu);
    }
    return records;
  }

  destroy(): void {}
  get lookupPlan(): undefined {
    return undefined;
  }
  lookup(): number {
    return 0;
  }
  update(): number {
    return -EOPNOTSUPP;
  }
  remove(): number {
    return -EOPNOTSUPP;
  }
  get(): undefined {
    return undefined;
  }
  set(): number {
    return -EOPNOTSUPP;
  }
  delete(): number {
    return -EOPNOTSUPP;
  }
  *entries(): IterableIterator<readonly [Uint8Array, Uint8Array]> {}
}
