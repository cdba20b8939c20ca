import type { BpfKernel, Host, LinkHandle, ProgramHandle } from '@sluice/engine';
import { HostBpf } from '../bpf/host-bpf.ts';
import { SoftnetData } from '../core/softnet-data.ts';
import type { Machine } from './machine.ts';
import { NetNamespace } from './net-namespace.ts';

/** A process's turn: it was woken, and does what it can without waiting. */
export type Task = () => void;

/** A machine with its own CPUs, BPF and network namespaces. */
export class ModelHost implements Host {
  readonly name: string;
  readonly machine: Machine;
  readonly cpus: readonly SoftnetData[];
  readonly root: NetNamespace;
  readonly namespaces: NetNamespace[] = [];
  readonly bpf: BpfKernel;
  readonly programs: HostBpf;
  /** The CPU whose work is being done. */
  currentCpu = 0;
  /** Packets dropped, by reason. Kernel: the kfree_skb tracepoint's reasons. */
  readonly drops = new Map<string, number>();
  /** Packets whose fate the model cannot know, by missing fact. */
  readonly undecidable = new Map<string, number>();
  #runQueue: Task[] = [];
  #idleQueue: Task[] = [];

  constructor(machine: Machine, name: string, cpus: number) {
    this.name = name;
    this.machine = machine;
    this.cpus = Array.from({ length: cpus }, (_, cpu) => new SoftnetData(this, cpu));
    this.programs = new HostBpf(this);
    this.bpf = this.programs;
    this.root = this.createNetns('');
  }

  createNetns(name: string): NetNamespace {
    const netns = new NetNamespace(this, name);
    this.namespaces.push(netns);
    this.programs.adopt(netns);
    return netns;
  }

  attachCgroup(program: ProgramHandle, scope?: readonly import('@sluice/engine').NetNs[]): LinkHandle {
    return this.programs.attachCgroup(program, (scope as readonly NetNamespace[] | undefined) ?? undefined);
  }

  /** Puts a process's turn on the run queue. */
  wake(task: Task): void {
    this.#runQueue.push(task);
  }

  /** Gives each woken process its turn. Returns whether there was one. */
  runProcesses(): boolean {
    if (this.#runQueue.length === 0) return false;
    const turns = this.#runQueue;
    this.#runQueue = this.#idleQueue;
    for (let i = 0; i < turns.length; i++) turns[i]!();
    turns.length = 0;
    this.#idleQueue = turns;
    return true;
  }

  countDrop(reason: string): void {
    this.drops.set(reason, (this.drops.get(reason) ?? 0) + 1);
  }

  countUndecidable(missing: string): void {
    this.undecidable.set(missing, (this.undecidable.get(missing) ?? 0) + 1);
  }
}
