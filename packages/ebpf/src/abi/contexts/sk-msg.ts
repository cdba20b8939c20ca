import { type ContextRow, quad, words } from '../context.ts';

/**
 * `struct sk_msg_md`: bytes that a process sends on a socket in a sockmap.
 *
 * Kernel: include/uapi/linux/bpf.h struct sk_msg_md; net/core/filter.c sk_msg_is_valid_access().
 */
export const skMsg: ContextRow = {
  name: 'sk_msg_md',
  size: 80,
  fields: [
    quad('data', 0, 'packet'),
    quad('data_end', 8, 'packet-end'),
    words('family', 16),
    words('remote_ip4', 20),
    words('local_ip4', 24),
    words('remote_ip6', 28, 4),
    words('local_ip6', 44, 4),
    words('remote_port', 60),
    words('local_port', 64),
    words('size', 68),
    quad('sk', 72, 'socket'),
  ],
};
