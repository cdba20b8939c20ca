import type { ProgramType } from '../spec.ts';
import * as at from './program-types.ts';

export interface SectionRow {
  /** The section's name; with a trailing `/` anything may follow (`tp_btf/kfree_skb`). */
  readonly section: string;
  readonly type: ProgramType;
  /** BPF_* attach type given to the kernel at load. */
  readonly attachType?: number;
  /** XDP programs that take packets in several fragments. */
  readonly frags?: true;
}

/**
 * ELF section names and the program types they stand for.
 *
 * Spec: libbpf's documented section names (docs.kernel.org/bpf/libbpf/program_types.html).
 */
export const SECTIONS: readonly SectionRow[] = [
  { section: 'socket', type: 'socket_filter' },
  { section: 'tc/ingress', type: 'sched_cls', attachType: at.BPF_TCX_INGRESS },
  { section: 'tc/egress', type: 'sched_cls', attachType: at.BPF_TCX_EGRESS },
  { section: 'tcx/ingress', type: 'sched_cls', attachType: at.BPF_TCX_INGRESS },
  { section: 'tcx/egress', type: 'sched_cls', attachType: at.BPF_TCX_EGRESS },
  { section: 'tc', type: 'sched_cls' },
  { section: 'classifier', type: 'sched_cls' },
  { section: 'tracepoint/', type: 'tracepoint' },
  { section: 'tp/', type: 'tracepoint' },
  { section: 'raw_tracepoint/', type: 'raw_tracepoint' },
  { section: 'raw_tp/', type: 'raw_tracepoint' },
  { section: 'tp_btf/', type: 'tracing', attachType: at.BPF_TRACE_RAW_TP },
  { section: 'xdp.frags/devmap', type: 'xdp', attachType: at.BPF_XDP_DEVMAP, frags: true },
  { section: 'xdp/devmap', type: 'xdp', attachType: at.BPF_XDP_DEVMAP },
  { section: 'xdp.frags/cpumap', type: 'xdp', attachType: at.BPF_XDP_CPUMAP, frags: true },
  { section: 'xdp/cpumap', type: 'xdp', attachType: at.BPF_XDP_CPUMAP },
  { section: 'xdp.frags', type: 'xdp', attachType: at.BPF_XDP, frags: true },
  { section: 'xdp', type: 'xdp', attachType: at.BPF_XDP },
  { section: 'sockops', type: 'sock_ops', attachType: at.BPF_CGROUP_SOCK_OPS },
  { section: 'sk_skb/stream_parser', type: 'sk_skb', attachType: at.BPF_SK_SKB_STREAM_PARSER },
  { section: 'sk_skb/stream_verdict', type: 'sk_skb', attachType: at.BPF_SK_SKB_STREAM_VERDICT },
  { section: 'sk_skb/verdict', type: 'sk_skb', attachType: at.BPF_SK_SKB_VERDICT },
  { section: 'sk_skb', type: 'sk_skb' },
  { section: 'sk_msg', type: 'sk_msg', attachType: at.BPF_SK_MSG_VERDICT },
  { section: 'flow_dissector', type: 'flow_dissector', attachType: at.BPF_FLOW_DISSECTOR },
  { section: 'cgroup_skb/ingress', type: 'cgroup_skb', attachType: at.BPF_CGROUP_INET_INGRESS },
  { section: 'cgroup_skb/egress', type: 'cgroup_skb', attachType: at.BPF_CGROUP_INET_EGRESS },
  { section: 'cgroup/skb', type: 'cgroup_skb' },
  { section: 'cgroup/sock_create', type: 'cgroup_sock', attachType: at.BPF_CGROUP_INET_SOCK_CREATE },
  { section: 'cgroup/sock_release', type: 'cgroup_sock', attachType: at.BPF_CGROUP_INET_SOCK_RELEASE },
  { section: 'cgroup/sock', type: 'cgroup_sock', attachType: at.BPF_CGROUP_INET_SOCK_CREATE },
  { section: 'cgroup/post_bind4', type: 'cgroup_sock', attachType: at.BPF_CGROUP_INET4_POST_BIND },
  { section: 'cgroup/post_bind6', type: 'cgroup_sock', attachType: at.BPF_CGROUP_INET6_POST_BIND },
  { section: 'cgroup/bind4', type: 'cgroup_sock_addr', attachType: at.BPF_CGROUP_INET4_BIND },
  { section: 'cgroup/bind6', type: 'cgroup_sock_addr', attachType: at.BPF_CGROUP_INET6_BIND },
  { section: 'cgroup/connect4', type: 'cgroup_sock_addr', attachType: at.BPF_CGROUP_INET4_CONNECT },
  { section: 'cgroup/connect6', type: 'cgroup_sock_addr', attachType: at.BPF_CGROUP_INET6_CONNECT },
  { section: 'cgroup/sendmsg4', type: 'cgroup_sock_addr', attachType: at.BPF_CGROUP_UDP4_SENDMSG },
  { section: 'cgroup/sendmsg6', type: 'cgroup_sock_addr', attachType: at.BPF_CGROUP_UDP6_SENDMSG },
  { section: 'cgroup/recvmsg4', type: 'cgroup_sock_addr', attachType: at.BPF_CGROUP_UDP4_RECVMSG },
  { section: 'cgroup/recvmsg6', type: 'cgroup_sock_addr', attachType: at.BPF_CGROUP_UDP6_RECVMSG },
  { section: 'cgroup/getpeername4', type: 'cgroup_sock_addr', attachType: at.BPF_CGROUP_INET4_GETPEERNAME },
  { section: 'cgroup/getpeername6', type: 'cgroup_sock_addr', attachType: at.BPF_CGROUP_INET6_GETPEERNAME },
  { section: 'cgroup/getsockname4', type: 'cgroup_sock_addr', attachType: at.BPF_CGROUP_INET4_GETSOCKNAME },
  { section: 'cgroup/getsockname6', type: 'cgroup_sock_addr', attachType: at.BPF_CGROUP_INET6_GETSOCKNAME },
  { section: 'sk_lookup', type: 'sk_lookup', attachType: at.BPF_SK_LOOKUP },
  { section: 'netfilter', type: 'netfilter', attachType: at.BPF_NETFILTER },
];

/** The row for a section's name, or undefined. A leading `?` (libbpf: do not load by default) is ignored. */
export function sectionRow(name: string): SectionRow | undefined {
  const plain = name.startsWith('?') ? name.slice(1) : name;
  return SECTIONS.find((row) =>
    row.section.endsWith('/')
      ? plain.startsWith(row.section) && plain.length > row.section.length
      : plain === row.section,
  );
}
