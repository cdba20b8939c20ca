import { type HelperRow, helper } from '../helper.ts';

const tracing = ['tracepoint', 'raw_tracepoint', 'tracing'] as const;

/** Time, chance, text, arithmetic, raw memory. */
export const generalHelpers: readonly HelperRow[] = [
  helper(5, 'ktime_get_ns', 'vm', 'all', 'u64', []),
  helper(125, 'ktime_get_boot_ns', 'vm', 'all', 'u64', []),
  helper(
    160,
    'ktime_get_coarse_ns',
    'vm',
    [
      'socket_filter',
      'sched_cls',
      'xdp',
      'cgroup_skb',
      'cgroup_sock',
      'cgroup_sock_addr',
      'sock_ops',
      'sk_skb',
      'sk_msg',
      'sk_lookup',
      'flow_dissector',
    ],
    'u64',
    [],
  ),
  helper(208, 'ktime_get_tai_ns', 'vm', 'all', 'u64', []),
  helper(118, 'jiffies64', 'vm', 'all', 'u64', []),
  helper(7, 'get_prandom_u32', 'vm', 'all', 'u32', []),
  helper(8, 'get_smp_processor_id', 'vm', 'all', 'u32', []),
  helper(42, 'get_numa_node_id', 'vm', 'all', 'int', []),
  helper(6, 'trace_printk', 'vm', 'all', 'int', ['mem-read', 'size'], { gplOnly: true, variadic: 3 }),
  helper(105, 'strtol', 'vm', 'all', 'int', ['mem-read', 'size', 'u64', 'u64-write']),
  helper(106, 'strtoul', 'vm', 'all', 'int', ['mem-read', 'size', 'u64', 'u64-write']),
  helper(
    28,
    'csum_diff',
    'vm',
    ['sched_cls', 'xdp'],
    'u64',
    ['mem-read-or-null', 'size-or-zero', 'mem-read-or-null', 'size-or-zero', 'u32'],
    { packetAccess: true },
  ),
  helper(4, 'probe_read', 'vm', tracing, 'int', ['mem-write', 'size-or-zero', 'address'], { gplOnly: true }),
  helper(113, 'probe_read_kernel', 'vm', 'all', 'int', ['mem-write', 'size-or-zero', 'address'], { gplOnly: true }),
  helper(115, 'probe_read_kernel_str', 'vm', 'all', 'int', ['mem-write', 'size-or-zero', 'address'], {
    gplOnly: true,
  }),
];
