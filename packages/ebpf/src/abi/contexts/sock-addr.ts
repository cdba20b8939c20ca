import { type ContextRow, narrow, quad, words } from '../context.ts';
import * as at from '../program-types.ts';

const v4 = [
  at.BPF_CGROUP_INET4_BIND,
  at.BPF_CGROUP_INET4_CONNECT,
  at.BPF_CGROUP_INET4_GETPEERNAME,
  at.BPF_CGROUP_INET4_GETSOCKNAME,
  at.BPF_CGROUP_UDP4_SENDMSG,
  at.BPF_CGROUP_UDP4_RECVMSG,
];
const v6 = [
  at.BPF_CGROUP_INET6_BIND,
  at.BPF_CGROUP_INET6_CONNECT,
  at.BPF_CGROUP_INET6_GETPEERNAME,
  at.BPF_CGROUP_INET6_GETSOCKNAME,
  at.BPF_CGROUP_UDP6_SENDMSG,
  at.BPF_CGROUP_UDP6_RECVMSG,
];
const wide = { size: 16, readSizes: [1, 2, 4, 8], writeSizes: [4, 8] } as const;

/**
 * `struct bpf_sock_addr`: the address a process passes to, or gets from, connect, bind, sendmsg, recvmsg, getpeername.
 *
 * Kernel: include/uapi/linux/bpf.h struct bpf_sock_addr; net/core/filter.c sock_addr_is_valid_access().
 */
export const sockAddr: ContextRow = {
  name: 'bpf_sock_addr',
  size: 72,
  fields: [
    words('user_family', 0),
    narrow('user_ip4', 4, { writeSizes: [4], attachTypes: v4 }),
    narrow('user_ip6', 8, { ...wide, attachTypes: v6 }),
    narrow('user_port', 24, { writeSizes: [4] }),
    words('family', 28),
    words('type', 32),
    words('protocol', 36),
    narrow('msg_src_ip4', 40, { writeSizes: [4], attachTypes: [at.BPF_CGROUP_UDP4_SENDMSG] }),
    narrow('msg_src_ip6', 44, { ...wide, attachTypes: [at.BPF_CGROUP_UDP6_SENDMSG] }),
    quad('sk', 64, 'socket'),
  ],
};
