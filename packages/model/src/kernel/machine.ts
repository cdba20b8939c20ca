import { Arena, type Engine } from '@sluice/ebpf';
import { netRxAction } from '../core/net-rx-action.ts';
import type { Segment } from '../drivers/segment.ts';
import { SkbPool } from '../skb/skb-pool.ts';
import { Clock } from '../time/clock.ts';
import { Random } from '../time/random.ts';
import { Tracer } from '../trace/tracer.ts';
import type { ModelHost } from './host.ts';

export interface MachineOptions {
  /** Seed of everything that is left to chance (ports, sequence numbers). Default 1. */
  readonly seed?: number;
  /** Virtual time at the start, nanoseconds. Default 0. */
  readonly startNs?: number;
  /** Size of the linear memory; pages never touched cost nothing. Default 256 MiB. */
  readonly memoryBytes?: number;
  /** Programs are verified when they are loaded. Default true. */
  readonly verify?: boolean;
  /** How programs run: compiled to WebAssembly (default), or interpreted, which starts sooner. */
  readonly engine?: Engine;
}

/** What all hosts of one model share: memory, time, chance, packets, the watchers. */
export class Machine {
  readonly arena: Arena;
  readonly clock: Clock;
  readonly random: Random;
  readonly packets: SkbPool;
  readonly tracer: Tracer;
  readonly hosts: ModelHost[] = [];
  readonly segments: Segment[] = [];
  readonly verify: boolean;
  readonly engine: Engine;
  lastMac = 0;
  #running = false;

  constructor(options: MachineOptions = {}) {
    this.arena = new Arena(options.memoryBytes ?? 256 << 20);
    this.clock = new Clock(options.startNs ?? 0);
    this.random = new Random(options.seed ?? 1);
    this.packets = new SkbPool(this.arena);
    this.tracer = new Tracer(this.clock);
    this.verify = options.verify ?? true;
    this.engine = options.engine ?? 'jit';
  }

  /**
   * Lets everything happen that can: softirqs, then processes, then the next timer, until nothing is left but
   * housekeeping, or until `untilNs` of virtual time. A call from inside (a process that settles) does nothing.
   */
  run(untilNs = Number.POSITIVE_INFINITY): void {
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#work() || (this.#mayWait(untilNs) && this.clock.advance(untilNs)));
      if (untilNs !== Number.POSITIVE_INFINITY && this.clock.nowNs < untilNs) this.clock.nowNs = untilNs;
    } finally {
      this.#running = false;
    }
  }

  /** Without a limit, timers count only while somebody waits for one; up to a limit, all of them do. */
  #mayWait(untilNs: number): boolean {
    return untilNs !== Number.POSITIVE_INFINITY || this.clock.waiting;
  }

  /** One round over all CPUs and processes. Returns whether anything was done. */
  #work(): boolean {
    let worked = false;
    const { hosts } = this;
    for (let h = 0; h < hosts.length; h++) {
      const host = hosts[h]!;
      for (let c = 0; c < host.cpus.length; c++) {
        const softnet = host.cpus[c]!;
        if (softnet.pollList.first === null) continue;
        host.currentCpu = c;
        netRxAction(softnet);
        worked = true;
      }
      host.currentCpu = 0;
      if (host.runProcesses()) worked = true;
    }
    return worked;
  }
}
