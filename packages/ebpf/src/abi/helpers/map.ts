import { type HelperRow, helper } from '../helper.ts';

const packet = { packetAccess: true };

/** Maps, ring buffers, tail calls. */
export const mapHelpers: readonly HelperRow[] = [
  helper(1, 'map_lookup_elem', 'vm', 'all', 'map-value-or-null', ['map', 'map-key'], packet),
  helper(2, 'map_update_elem', 'vm', 'all', 'int', ['map', 'map-key', 'map-value', 'u64'], packet),
  helper(3, 'map_delete_elem', 'vm', 'all', 'int', ['map', 'map-key'], packet),
  helper(195, 'map_lookup_percpu_elem', 'vm', 'all', 'map-value-or-null', ['map', 'map-key', 'u32'], packet),
  helper(12, 'tail_call', 'vm', 'all', 'void', ['ctx', 'map', 'u32'], { changesPacketData: true }),
  helper(164, 'for_each_map_elem', 'vm', 'all', 'int', ['map', 'callback', 'callback-ctx', 'u64']),
  helper(181, 'loop', 'vm', 'all', 'int', ['u32', 'callback', 'callback-ctx', 'u64']),
  helper(130, 'ringbuf_output', 'vm', 'all', 'int', ['map', 'mem-read', 'size-or-zero', 'u64']),
  helper(131, 'ringbuf_reserve', 'vm', 'all', 'alloc-mem-or-null', ['map', 'alloc-size', 'u64']),
  helper(132, 'ringbuf_submit', 'vm', 'all', 'void', ['alloc-mem', 'u64']),
  helper(133, 'ringbuf_discard', 'vm', 'all', 'void', ['alloc-mem', 'u64']),
  helper(134, 'ringbuf_query', 'vm', 'all', 'u64', ['map', 'u64']),
  helper(
    25,
    'perf_event_output',
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
      'tracepoint',
      'raw_tracepoint',
      'tracing',
      'sk_lookup',
    ],
    'int',
    ['ctx', 'map', 'u64', 'mem-read', 'size-or-zero'],
    { gplOnly: true },
  ),
];
