import { type HelperRow, helper } from '../helper.ts';

import { PROGRAM_TYPES } from '../program-types.ts';

const tc = ['sched_cls'] as const;
const allButTc = PROGRAM_TYPES.map((row) => row.type).filter((type) => type !== 'sched_cls');

/** The current process and cgroups. */
export const taskHelpers: readonly HelperRow[] = [
  helper(14, 'get_current_pid_tgid', 'kernel', 'all', 'u64', []),
  helper(15, 'get_current_uid_gid', 'kernel', 'all', 'u64', []),
  helper(16, 'get_current_comm', 'kernel', 'all', 'int', ['mem-write', 'size']),
  helper(80, 'get_current_cgroup_id', 'kernel', 'all', 'u64', []),
  helper(123, 'get_current_ancestor_cgroup_id', 'kernel', 'all', 'u64', ['u32']),
  helper(17, 'get_cgroup_classid', 'kernel', tc, 'u32', ['ctx']),
  helper(17, 'get_cgroup_classid', 'kernel', allButTc, 'u32', []),
  helper(151, 'skb_cgroup_classid', 'kernel', tc, 'u64', ['ctx']),
  helper(33, 'skb_under_cgroup', 'kernel', tc, 'int', ['ctx', 'map', 'u32']),
  helper(79, 'skb_cgroup_id', 'kernel', ['sched_cls', 'cgroup_skb'], 'u64', ['ctx']),
  helper(83, 'skb_ancestor_cgroup_id', 'kernel', ['sched_cls', 'cgroup_skb'], 'u64', ['ctx', 'u32']),
  helper(186, 'get_retval', 'kernel', ['cgroup_sock', 'cgroup_sock_addr'], 'int', []),
  helper(187, 'set_retval', 'kernel', ['cgroup_sock', 'cgroup_sock_addr'], 'int', ['u32']),
];
