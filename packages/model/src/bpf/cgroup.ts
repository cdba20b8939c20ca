import type { ModelProgram } from './program.ts';

/** The cgroup programs that bind the processes of a namespace, by attach type. */
export class CgroupPrograms {
  readonly connect4: ModelProgram[] = [];
  readonly sendmsg4: ModelProgram[] = [];
  readonly recvmsg4: ModelProgram[] = [];
  readonly getpeername4: ModelProgram[] = [];
  readonly getsockname4: ModelProgram[] = [];
  readonly bind4: ModelProgram[] = [];
  readonly sock_create: ModelProgram[] = [];
}

export type CgroupHook = keyof CgroupPrograms;

/** The hook of a section name (`cgroup/connect4`), or undefined. */
export function cgroupHookOf(section: string): CgroupHook | undefined {
  if (!section.startsWith('cgroup/')) return undefined;
  const name = section.slice('cgroup/'.length);
  if (name === 'sock') return 'sock_create';
  return name in new CgroupPrograms() ? (name as CgroupHook) : undefined;
}
