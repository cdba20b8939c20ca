import { type ContextRow, words } from '../context.ts';
import { BPF_XDP_DEVMAP } from '../program-types.ts';

/**
 * `struct xdp_md`: a frame before the stack has seen it. Nothing may be written.
 *
 * Kernel: include/uapi/linux/bpf.h struct xdp_md; net/core/filter.c xdp_is_valid_access().
 */
export const xdpMd: ContextRow = {
  name: 'xdp_md',
  size: 24,
  fields: [
    words('data', 0, 1, { kind: 'packet' }),
    words('data_end', 4, 1, { kind: 'packet-end' }),
    words('data_meta', 8, 1, { kind: 'packet-meta' }),
    words('ingress_ifindex', 12),
    words('rx_queue_index', 16),
    words('egress_ifindex', 20, 1, { attachTypes: [BPF_XDP_DEVMAP] }),
  ],
};
