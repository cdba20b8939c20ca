import { type ContextRow, low, quad, words } from '../context.ts';

const counters = [
  'is_fullsock',
  'snd_cwnd',
  'srtt_us',
  'bpf_sock_ops_cb_flags',
  'state',
  'rtt_min',
  'snd_ssthresh',
  'rcv_nxt',
  'snd_nxt',
  'snd_una',
  'mss_cache',
  'ecn_flags',
  'rate_delivered',
  'rate_interval_us',
  'packets_out',
  'retrans_out',
  'total_retrans',
  'segs_in',
  'data_segs_in',
  'segs_out',
  'data_segs_out',
  'lost_out',
  'sacked_out',
];

/**
 * `struct bpf_sock_ops`: an event in a TCP socket's life.
 *
 * Kernel: include/uapi/linux/bpf.h struct bpf_sock_ops; net/core/filter.c sock_ops_is_valid_access().
 */
export const sockOps: ContextRow = {
  name: 'bpf_sock_ops',
  size: 224,
  fields: [
    words('op', 0),
    words('reply', 4, 1, { writeSizes: [4] }),
    words('args', 4, 4),
    words('family', 20),
    words('remote_ip4', 24),
    words('local_ip4', 28),
    words('remote_ip6', 32, 4),
    words('local_ip6', 48, 4),
    words('remote_port', 64),
    words('local_port', 68),
    ...counters.map((name, i) => words(name, 72 + 4 * i)),
    words('sk_txhash', 164, 1, { writeSizes: [4] }),
    quad('bytes_received', 168),
    quad('bytes_acked', 176),
    quad('sk', 184, 'socket-or-null'),
    quad('skb_data', 192, 'packet'),
    quad('skb_data_end', 200, 'packet-end'),
    words('skb_len', 208),
    low('skb_tcp_flags', 212),
    quad('skb_hwtstamp', 216),
  ],
};
