import { type ContextRow, narrow, quad, words } from '../context.ts';

const allButDissector = ['socket_filter', 'sched_cls', 'cgroup_skb', 'sk_skb'] as const;
const socketFields = { readBy: ['cgroup_skb', 'sk_skb'] } as const;
const pointer = { readBy: ['sched_cls', 'cgroup_skb', 'sk_skb', 'flow_dissector'] } as const;
const all = { readBy: allButDissector } as const;
const rw = [4] as const;

/**
 * `struct __sk_buff`: the packet as tc, cgroup_skb and socket programs see it.
 *
 * Kernel: include/uapi/linux/bpf.h struct __sk_buff; access rules net/core/filter.c bpf_skb_is_valid_access() and the
 * functions of each program type that call it.
 */
export const skBuff: ContextRow = {
  name: '__sk_buff',
  size: 192,
  fields: [
    narrow('len', 0, all),
    narrow('pkt_type', 4, all),
    narrow('mark', 8, {
      readBy: ['socket_filter', 'sched_cls', 'cgroup_skb'],
      writeSizes: rw,
      writeBy: ['sched_cls', 'cgroup_skb'],
    }),
    narrow('queue_mapping', 12, { ...all, writeSizes: rw, writeBy: ['sched_cls'] }),
    narrow('protocol', 16, all),
    narrow('vlan_present', 20, all),
    narrow('vlan_tci', 24, all),
    narrow('vlan_proto', 28, all),
    narrow('priority', 32, { ...all, writeSizes: rw, writeBy: ['sched_cls', 'cgroup_skb', 'sk_skb'] }),
    narrow('ingress_ifindex', 36, all),
    narrow('ifindex', 40, all),
    narrow('tc_index', 44, { ...all, writeSizes: rw, writeBy: ['sched_cls', 'sk_skb'] }),
    narrow('cb', 48, {
      ...all,
      size: 20,
      readSizes: [1, 2, 4, 8],
      writeSizes: [1, 2, 4, 8],
      writeBy: ['socket_filter', 'sched_cls', 'cgroup_skb'],
    }),
    narrow('hash', 68, all),
    narrow('tc_classid', 72, { readBy: ['sched_cls'], writeSizes: rw, writeBy: ['sched_cls'] }),
    words('data', 76, 1, { ...pointer, kind: 'packet' }),
    words('data_end', 80, 1, { ...pointer, kind: 'packet-end' }),
    narrow('napi_id', 84, all),
    narrow('family', 88, socketFields),
    words('remote_ip4', 92, 1, socketFields),
    words('local_ip4', 96, 1, socketFields),
    words('remote_ip6', 100, 4, socketFields),
    words('local_ip6', 116, 4, socketFields),
    narrow('remote_port', 132, socketFields),
    narrow('local_port', 136, socketFields),
    words('data_meta', 140, 1, { kind: 'packet-meta', readBy: ['sched_cls'] }),
    quad('flow_keys', 144, 'kernel-pointer', { readBy: ['flow_dissector'] }),
    quad('tstamp', 152, 'scalar', {
      readBy: ['sched_cls', 'cgroup_skb'],
      writeSizes: [8],
      writeBy: ['sched_cls', 'cgroup_skb'],
    }),
    narrow('wire_len', 160, { readBy: ['sched_cls'] }),
    narrow('gso_segs', 164, all),
    quad('sk', 168, 'sock-common-or-null', all),
    narrow('gso_size', 176, all),
    {
      name: 'tstamp_type',
      offset: 180,
      size: 1,
      kind: 'scalar',
      readSizes: [1],
      writeSizes: [],
      readBy: ['sched_cls'],
    },
    quad('hwtstamp', 184, 'scalar', { readBy: ['sched_cls', 'cgroup_skb'] }),
  ],
};
