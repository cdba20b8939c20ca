import { type HelperRow, helper } from '../helper.ts';

const tc = ['sched_cls'] as const;
const tcOrStream = ['sched_cls', 'sk_skb'] as const;
const xdp = ['xdp'] as const;
const changes = { changesPacketData: true };

/** Reading, writing, resizing, redirecting packets. */
export const packetHelpers: readonly HelperRow[] = [
  helper(9, 'skb_store_bytes', 'kernel', tcOrStream, 'int', ['ctx', 'u32', 'mem-read', 'size', 'u64'], changes),
  helper(
    26,
    'skb_load_bytes',
    'kernel',
    ['socket_filter', 'sched_cls', 'cgroup_skb', 'sk_skb', 'flow_dissector'],
    'int',
    ['ctx', 'u32', 'mem-write', 'size'],
  ),
  helper(68, 'skb_load_bytes_relative', 'kernel', ['socket_filter', 'sched_cls', 'cgroup_skb'], 'int', [
    'ctx',
    'u32',
    'mem-write',
    'size',
    'u32',
  ]),
  helper(10, 'l3_csum_replace', 'kernel', tc, 'int', ['ctx', 'u32', 'u64', 'u64', 'u64'], changes),
  helper(11, 'l4_csum_replace', 'kernel', tc, 'int', ['ctx', 'u32', 'u64', 'u64', 'u64'], changes),
  helper(40, 'csum_update', 'kernel', tc, 'u64', ['ctx', 'u32']),
  helper(135, 'csum_level', 'kernel', tc, 'int', ['ctx', 'u64']),
  helper(39, 'skb_pull_data', 'kernel', tcOrStream, 'int', ['ctx', 'u32'], changes),
  helper(38, 'skb_change_tail', 'kernel', tcOrStream, 'int', ['ctx', 'u32', 'u64'], changes),
  helper(43, 'skb_change_head', 'kernel', tcOrStream, 'int', ['ctx', 'u32', 'u64'], changes),
  helper(50, 'skb_adjust_room', 'kernel', tcOrStream, 'int', ['ctx', 'u32', 'u32', 'u64'], changes),
  helper(31, 'skb_change_proto', 'kernel', tc, 'int', ['ctx', 'u32', 'u64'], changes),
  helper(32, 'skb_change_type', 'kernel', tc, 'int', ['ctx', 'u32']),
  helper(18, 'skb_vlan_push', 'kernel', tc, 'int', ['ctx', 'u32', 'u32'], changes),
  helper(19, 'skb_vlan_pop', 'kernel', tc, 'int', ['ctx'], changes),
  helper(20, 'skb_get_tunnel_key', 'kernel', tc, 'int', ['ctx', 'mem-write', 'size', 'u64']),
  helper(21, 'skb_set_tunnel_key', 'kernel', tc, 'int', ['ctx', 'mem-read', 'size', 'u64']),
  helper(29, 'skb_get_tunnel_opt', 'kernel', tc, 'int', ['ctx', 'mem-write', 'size']),
  helper(30, 'skb_set_tunnel_opt', 'kernel', tc, 'int', ['ctx', 'mem-read', 'size']),
  helper(34, 'get_hash_recalc', 'kernel', tc, 'u32', ['ctx']),
  helper(41, 'set_hash_invalid', 'kernel', tc, 'int', ['ctx']),
  helper(48, 'set_hash', 'kernel', tc, 'int', ['ctx', 'u32']),
  helper(24, 'get_route_realm', 'kernel', tc, 'u32', ['ctx']),
  helper(97, 'skb_ecn_set_ce', 'kernel', ['sched_cls', 'cgroup_skb'], 'int', ['ctx']),
  helper(192, 'skb_set_tstamp', 'kernel', tc, 'int', ['ctx', 'u64', 'u32']),
  helper(13, 'clone_redirect', 'kernel', tc, 'int', ['ctx', 'u32', 'u64'], changes),
  helper(23, 'redirect', 'kernel', ['sched_cls', 'xdp'], 'int', ['u32', 'u64']),
  helper(155, 'redirect_peer', 'kernel', tc, 'int', ['u32', 'u64']),
  helper(152, 'redirect_neigh', 'kernel', tc, 'int', ['u32', 'mem-read-or-null', 'size-or-zero', 'u64']),
  helper(51, 'redirect_map', 'kernel', xdp, 'int', ['map', 'u64', 'u64']),
  helper(44, 'xdp_adjust_head', 'kernel', xdp, 'int', ['ctx', 'u32'], changes),
  helper(54, 'xdp_adjust_meta', 'kernel', xdp, 'int', ['ctx', 'u32'], changes),
  helper(65, 'xdp_adjust_tail', 'kernel', xdp, 'int', ['ctx', 'u32'], changes),
  helper(188, 'xdp_get_buff_len', 'kernel', xdp, 'int', ['ctx']),
  helper(189, 'xdp_load_bytes', 'kernel', xdp, 'int', ['ctx', 'u32', 'mem-write', 'size']),
  helper(190, 'xdp_store_bytes', 'kernel', xdp, 'int', ['ctx', 'u32', 'mem-read', 'size']),
  helper(69, 'fib_lookup', 'kernel', ['sched_cls', 'xdp'], 'int', ['ctx', 'mem-update', 'size', 'u32'], {
    gplOnly: true,
  }),
  helper(163, 'check_mtu', 'kernel', ['sched_cls', 'xdp'], 'int', ['ctx', 'u32', 'u32-update', 'u32', 'u64'], {
    gplOnly: true,
  }),
];
