import type { BpfKernel, Host, HostOptions, LinkHandle, NetNs, ProgramHandle } from '@sluice/engine';
import { EngineError } from '@sluice/engine';
import { ATTACH_OF_SECTION } from '../bpf/cgroup-attach.ts';
import { createLink } from '../bpf/link.ts';
import { linuxBpf } from '../bpf/load-object.ts';
import { Cgroup } from '../cgroup/cgroup.ts';
import type { LinuxKernel } from './linux-kernel.ts';
import { LinuxNetNs } from './linux-netns.ts';

/** A host: namespaces and a cgroup of their own on the running kernel. */
export class LinuxHost implements Host {
  readonly name: string;
  readonly kernel: LinuxKernel;
  readonly bpf: BpfKernel = linuxBpf();
  readonly root: LinuxNetNs;
  readonly #namespaces: LinuxNetNs[] = [];
  readonly #links: LinkHandle[] = [];
  #cgroup: Cgroup | undefined;

  constructor(kernel: LinuxKernel, options: HostOptions) {
    this.kernel = kernel;
    this.name = options.name;
    this.root = this.createNetns('');
  }

  createNetns(name: string): LinuxNetNs {
    const netns = new LinuxNetNs(this, name);
    this.#namespaces.push(netns);
    return netns;
  }

  attachCgroup(program: ProgramHandle, scope?: readonly NetNs[]): LinkHandle {
    const attachType = ATTACH_OF_SECTION[program.section];
    const operation = `attach ${program.name} to ${program.section}`;
    if (attachType === undefined) throw new EngineError(operation, 'EINVAL', 'not a section of a cgroup program');
    if (scope) throw new EngineError(operation, 'EOPNOTSUPP', 'a host has one cgroup for all its namespaces');
    this.#cgroup ??= new Cgroup(this.name);
    const link = createLink(program, this.#cgroup.fd, attachType);
    this.#links.push(link);
    return link;
  }

  /** Directory of the host's cgroup, where it has one. */
  get cgroupPath(): string | undefined {
    return this.#cgroup?.path;
  }

  /** Makes sockets in the host's cgroup, where it has one. */
  inCgroup<T>(section: () => T): T {
    return this.#cgroup ? this.#cgroup.run(section) : section();
  }

  close(): void {
    for (const link of this.#links.splice(0)) link.detach();
    for (const netns of this.#namespaces.splice(0)) netns.close();
    this.#cgroup?.remove();
    this.#cgroup = undefined;
  }
}
