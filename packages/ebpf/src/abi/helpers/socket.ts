import type { ProgramType } from '../../spec.ts';
import { type HelperArg, type HelperRow, helper } from '../helper.ts';

const lookups: readonly ProgramType[] = ['sched_cls', 'xdp', 'cgroup_skb', 'cgroup_sock_addr', 'sk_skb'];
const tuple: readonly HelperArg[] = ['ctx', 'mem-read', 'size-or-zero', 'u64', 'u64'];
const packet = { packetAccess: true };
const changes = { changesPacketData: true };

/** Sockets, sockmaps, cookies. */
export const socketHelpers: readonly HelperRow[] = [
  helper(
    46,
    'get_socket_cookie',
    'kernel',
    ['socket_filter', 'sched_cls', 'cgroup_skb', 'cgroup_sock', 'cgroup_sock_addr', 'sock_ops', 'sk_skb'],
    'u64',
    ['ctx'],
  ),
  helper(
    122,
    'get_netns_cookie',
    'kernel',
    ['socket_filter', 'sched_cls', 'cgroup_skb', 'cgroup_sock', 'cgroup_sock_addr', 'sock_ops', 'sk_msg'],
    'u64',
    ['ctx-or-null'],
  ),
  helper(47, 'get_socket_uid', 'kernel', ['socket_filter', 'sched_cls', 'cgroup_skb', 'sk_skb'], 'u32', ['ctx']),
  helper(84, 'sk_lookup_tcp', 'kernel', lookups, 'socket-or-null', tuple, packet),
  helper(85, 'sk_lookup_udp', 'kernel', lookups, 'socket-or-null', tuple, packet),
  helper(99, 'skc_lookup_tcp', 'kernel', lookups, 'sock-common-or-null', tuple, packet),
  helper(86, 'sk_release', 'kernel', [...lookups, 'sk_lookup'], 'int', ['sock-release']),
  helper(124, 'sk_assign', 'kernel', ['sched_cls'], 'int', ['ctx', 'sock-common', 'u64']),
  helper(124, 'sk_assign', 'kernel', ['sk_lookup'], 'int', ['ctx', 'socket-or-null', 'u64']),
  helper(95, 'sk_fullsock', 'kernel', ['sched_cls', 'cgroup_skb'], 'socket-or-null', ['sock-common']),
  helper(98, 'get_listener_sock', 'kernel', ['sched_cls', 'cgroup_skb'], 'socket-or-null', ['sock-common']),
  helper(49, 'setsockopt', 'kernel', ['cgroup_sock_addr', 'sock_ops'], 'int', [
    'ctx',
    'u32',
    'u32',
    'mem-read',
    'size',
  ]),
  helper(57, 'getsockopt', 'kernel', ['cgroup_sock_addr', 'sock_ops'], 'int', [
    'ctx',
    'u32',
    'u32',
    'mem-write',
    'size',
  ]),
  helper(59, 'sock_ops_cb_flags_set', 'kernel', ['sock_ops'], 'int', ['ctx', 'u32']),
  helper(64, 'bind', 'kernel', ['cgroup_sock_addr'], 'int', ['ctx', 'mem-read', 'size']),
  helper(53, 'sock_map_update', 'kernel', ['sock_ops'], 'int', ['ctx', 'map', 'map-key', 'u64'], packet),
  helper(70, 'sock_hash_update', 'kernel', ['sock_ops'], 'int', ['ctx', 'map', 'map-key', 'u64'], packet),
  helper(52, 'sk_redirect_map', 'kernel', ['sk_skb'], 'int', ['ctx', 'map', 'u32', 'u64']),
  helper(72, 'sk_redirect_hash', 'kernel', ['sk_skb'], 'int', ['ctx', 'map', 'map-key', 'u64']),
  helper(60, 'msg_redirect_map', 'kernel', ['sk_msg'], 'int', ['ctx', 'map', 'u32', 'u64']),
  helper(71, 'msg_redirect_hash', 'kernel', ['sk_msg'], 'int', ['ctx', 'map', 'map-key', 'u64']),
  helper(61, 'msg_apply_bytes', 'kernel', ['sk_msg'], 'int', ['ctx', 'u32']),
  helper(62, 'msg_cork_bytes', 'kernel', ['sk_msg'], 'int', ['ctx', 'u32']),
  helper(63, 'msg_pull_data', 'kernel', ['sk_msg'], 'int', ['ctx', 'u32', 'u32', 'u64'], changes),
  helper(90, 'msg_push_data', 'kernel', ['sk_msg'], 'int', ['ctx', 'u32', 'u32', 'u64'], changes),
  helper(91, 'msg_pop_data', 'kernel', ['sk_msg'], 'int', ['ctx', 'u32', 'u32', 'u64'], changes),
];
