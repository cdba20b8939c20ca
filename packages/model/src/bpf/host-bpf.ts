import { type Arena, type Helper, type MapSpec, type ObjectSpec, Vm } from '@sluice/ebpf';
import {
  type BpfKernel,
  EngineError,
  type LinkHandle,
  type LoadedObject,
  type LoadOptions,
  type ProgramHandle,
} from '@sluice/engine';
import type { XdpBuff } from '../core/xdp-buff.ts';
import type { ModelHost } from '../kernel/host.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import type { Sock } from '../socket/sock.ts';
import { type CgroupHook, cgroupHookOf } from './cgroup.ts';
import { kernelHelpers } from './helpers/kernel-helpers.ts';
import { ListLink } from './list-link.ts';
import { loadObject } from './load-object.ts';
import { ModelMap } from './map.ts';
import { ModelProgram } from './program.ts';
import { RedirectInfo } from './redirect-info.ts';

/** Bytes of one context block: room for every context but `__sk_buff`, which each packet has of its own. */
const CONTEXT_BYTES = 256;
/** Programs that may run inside each other (a program's helper transmits, and another program runs there). */
const CONTEXTS_MAX = 16;

/** A host's BPF: its maps and programs, and what the program that runs is running on. */
export class HostBpf implements BpfKernel {
  readonly kind = 'model';
  readonly host: ModelHost;
  readonly arena: Arena;
  readonly vm: Vm;
  readonly redirect = new RedirectInfo();
  /** What the innermost running program is about; helpers read it. */
  skb: SkBuff | null = null;
  xdp: XdpBuff | null = null;
  sock: Sock | null = null;
  xdpContext = 0;
  /** Whether the innermost running program is an XDP program. */
  runsXdp = false;
  readonly #contexts: number;
  #depth = 0;
  #lastCookie = 0;
  /** Cgroup programs attached for all namespaces. */
  readonly #hostWide: { readonly hook: CgroupHook; readonly link: ListLink }[] = [];

  constructor(host: ModelHost) {
    this.host = host;
    const { machine } = host;
    this.arena = machine.arena;
    this.#contexts = this.arena.alloc(CONTEXT_BYTES * CONTEXTS_MAX);
    const helpers = new Map<number, Helper>(kernelHelpers(this));
    this.vm = new Vm({
      arena: machine.arena,
      cpus: host.cpus.length,
      helpers,
      now: () => BigInt(Math.floor(machine.clock.nowNs)),
      random: () => machine.random.u32(),
      currentCpu: () => host.currentCpu,
    });
  }

  createMap(spec: MapSpec): ModelMap {
    return new ModelMap(this, spec);
  }

  loadObject(object: ObjectSpec, options?: LoadOptions): LoadedObject {
    return loadObject(this, object, options ?? {});
  }

  unload(program: ModelProgram): void {
    this.vm.unload(program.program);
  }

  nextSocketCookie(): number {
    return ++this.#lastCookie;
  }

  /** A zeroed block for a context of `bytes`; `popContext` gives it back. */
  pushContext(bytes: number): number {
    if (this.#depth === CONTEXTS_MAX) throw new Error('too many BPF programs run inside each other');
    const at = this.#contexts + CONTEXT_BYTES * this.#depth++;
    const { u32 } = this.arena;
    for (let i = at >>> 2, end = (at + bytes) >>> 2; i < end; i++) u32[i] = 0;
    return at;
  }

  popContext(): void {
    this.#depth--;
  }

  /** Attaches a cgroup program for the processes of `scope`, or of all namespaces. */
  attachCgroup(program: ProgramHandle, scope: readonly NetNamespace[] | undefined): LinkHandle {
    const hook = cgroupHookOf(program.section);
    const operation = `attach ${program.name} to ${program.section}`;
    if (hook === undefined) throw new EngineError(operation, 'EOPNOTSUPP', 'the model has no such cgroup hook');
    const check = (p: ProgramHandle): ModelProgram => {
      if (p instanceof ModelProgram && p.bpf === this && cgroupHookOf(p.section) === hook) return p;
      throw new EngineError(operation, 'EINVAL', 'not a program of this host for that hook');
    };
    const lists = (scope ?? this.host.namespaces).map((n) => n.cgroup[hook]);
    const link = new ListLink(lists, program, check);
    if (scope === undefined) this.#hostWide.push({ hook, link });
    return link;
  }

  /** A namespace that is new comes under the programs attached for all. */
  adopt(netns: NetNamespace): void {
    for (const { hook, link } of this.#hostWide) link.addTo(netns.cgroup[hook]);
  }
}
