import * as at from '../../abi/program-types.ts';

const RESULT_FIXED: ReadonlySet<number> = new Set([
  at.BPF_CGROUP_UDP4_RECVMSG,
  at.BPF_CGROUP_UDP6_RECVMSG,
  at.BPF_CGROUP_INET4_GETPEERNAME,
  at.BPF_CGROUP_INET6_GETPEERNAME,
  at.BPF_CGROUP_INET4_GETSOCKNAME,
  at.BPF_CGROUP_INET6_GETSOCKNAME,
]);
const CONNECT: ReadonlySet<number> = new Set([at.BPF_CGROUP_INET4_CONNECT, at.BPF_CGROUP_INET6_CONNECT]);

/**
 * Helpers that not every attach type of their program types has.
 * Kernel: net/core/filter.c sock_addr_func_proto(), kernel/bpf/cgroup.c cgroup_current_func_proto().
 */
export function helperFitsAttachType(helper: string, attachType: number | undefined): boolean {
  switch (helper) {
    case 'bind':
      return attachType !== undefined && CONNECT.has(attachType);
    case 'get_retval':
    case 'set_retval':
      return attachType === undefined || !RESULT_FIXED.has(attachType);
    default:
      return true;
  }
}
