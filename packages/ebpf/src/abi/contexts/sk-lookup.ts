import { type ContextRow, narrow, quad } from '../context.ts';

/**
 * `struct bpf_sk_lookup`: the choice of a listening or unconnected socket for a packet.
 *
 * Kernel: include/uapi/linux/bpf.h struct bpf_sk_lookup; net/core/filter.c sk_lookup_is_valid_access().
 */
export const skLookup: ContextRow = {
  name: 'bpf_sk_lookup',
  size: 72,
  fields: [
    quad('sk', 0, 'socket-or-null'),
    narrow('family', 8),
    narrow('protocol', 12),
    narrow('remote_ip4', 16),
    narrow('remote_ip6', 20, { size: 16 }),
    narrow('remote_port', 36, { size: 2, readSizes: [1, 2], readWide: 4 }),
    narrow('', 38, { size: 2, readSizes: [1, 2] }),
    narrow('local_ip4', 40),
    narrow('local_ip6', 44, { size: 16 }),
    narrow('local_port', 60),
    narrow('ingress_ifindex', 64),
  ],
};
