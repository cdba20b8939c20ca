import { type ContextField, type ContextRow, low, narrow, words } from '../context.ts';
import * as at from '../program-types.ts';

const dstPort: ContextField = {
  name: 'dst_port',
  offset: 48,
  size: 2,
  kind: 'scalar',
  readSizes: [1, 2],
  writeSizes: [],
  readWide: 4,
};
const shared = [
  dstPort,
  narrow('dst_ip4', 52),
  narrow('dst_ip6', 56, { size: 16 }),
  low('state', 72),
  low('rx_queue_mapping', 76),
];
const kind = [low('family', 4), low('type', 8), low('protocol', 12)];
const create = [at.BPF_CGROUP_INET_SOCK_CREATE, at.BPF_CGROUP_INET_SOCK_RELEASE];
const bind4 = [at.BPF_CGROUP_INET4_POST_BIND];
const bind6 = [at.BPF_CGROUP_INET6_POST_BIND];

/**
 * `struct bpf_sock` as the context of cgroup_sock programs.
 *
 * Kernel: include/uapi/linux/bpf.h struct bpf_sock; net/core/filter.c sock_filter_is_valid_access().
 */
export const sock: ContextRow = {
  name: 'bpf_sock',
  size: 80,
  fields: [
    words('bound_dev_if', 0, 1, { writeSizes: [4], attachTypes: create }),
    ...kind,
    words('mark', 16, 1, { writeSizes: [4], attachTypes: create }),
    words('priority', 20, 1, { writeSizes: [4], attachTypes: create }),
    narrow('src_ip4', 24, { attachTypes: bind4 }),
    narrow('src_ip6', 28, { size: 16, attachTypes: bind6 }),
    low('src_port', 44, { attachTypes: [...bind4, ...bind6] }),
    ...shared,
  ],
};

const address = [narrow('src_ip4', 24), narrow('src_ip6', 28, { size: 16 }), low('src_port', 44), ...shared];

/** What may be read through a pointer to a full socket. Kernel: net/core/filter.c bpf_sock_is_valid_access(). */
export const fullSocket: ContextRow = {
  name: 'bpf_sock',
  size: 80,
  fields: [words('bound_dev_if', 0), ...kind, words('mark', 16), words('priority', 20), ...address],
};

/**
 * What may be read through a pointer to a sock_common (may be a request or time-wait socket).
 * Kernel: net/core/filter.c bpf_sock_common_is_valid_access().
 */
export const sockCommon: ContextRow = {
  name: 'bpf_sock',
  size: 80,
  fields: [words('bound_dev_if', 0), low('family', 4), ...address],
};
