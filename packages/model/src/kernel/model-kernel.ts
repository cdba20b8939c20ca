import { EngineError, type HostOptions, type Recording, type TraceObserver, type WatchedKernel } from '@sluice/engine';
import { Segment } from '../drivers/segment.ts';
import { ModelHost } from './host.ts';
import { Machine, type MachineOptions } from './machine.ts';

export interface ModelKernelOptions extends MachineOptions {
  /**
   * Verify programs when they are loaded, as Linux does. Default true. Without it a program is taken as it is, and stopped
   * after a million instructions if it runs wild.
   */
  readonly verify?: boolean;
}

/** The model kernel: the engine's contract, and what only a model can do: run at once, watch, and know all counters. */
export class ModelKernel implements WatchedKernel {
  readonly kind = 'model';
  readonly machine: Machine;

  constructor(options: ModelKernelOptions = {}) {
    this.machine = new Machine(options);
  }

  createHost(options: HostOptions): ModelHost {
    if (this.machine.hosts.some((h) => h.name === options.name)) {
      throw new EngineError(`create host ${options.name}`, 'EEXIST', 'there is a host of that name');
    }
    const host = new ModelHost(this.machine, options.name, options.cpus ?? 2);
    this.machine.hosts.push(host);
    return host;
  }

  createSegment(name: string): Segment {
    const segment = new Segment(this.machine, name);
    this.machine.segments.push(segment);
    return segment;
  }

  async settle(): Promise<void> {
    this.machine.run();
  }

  /** As `settle`, at once; with `untilNs` only up to that moment of virtual time. */
  run(untilNs?: number): void {
    this.machine.run(untilNs);
  }

  /** Virtual time, nanoseconds. */
  get nowNs(): number {
    return this.machine.clock.nowNs;
  }

  /** Watches every packet born from now on. */
  trace(observer: TraceObserver = {}): Recording {
    return this.machine.tracer.watch(observer);
  }
}

/** Makes an empty model: no hosts, no wires, time at its start. */
export const createModelKernel = (options: ModelKernelOptions = {}): ModelKernel => new ModelKernel(options);
