import type { ProgramType } from '../spec.ts';

/** Attach types that sections imply. Kernel: include/uapi/linux/bpf.h enum bpf_attach_type. */
export const BPF_CGROUP_INET_INGRESS = 0;
export const BPF_CGROUP_INET_EGRESS = 1;
export const BPF_CGROUP_INET_SOCK_CREATE = 2;
export const BPF_CGROUP_SOCK_OPS = 3;
export const BPF_SK_SKB_STREAM_PARSER = 4;
export const BPF_SK_SKB_STREAM_VERDICT = 5;
export const BPF_SK_MSG_VERDICT = 7;
export const BPF_CGROUP_INET4_BIND = 8;
export const BPF_CGROUP_INET6_BIND = 9;
export const BPF_CGROUP_INET4_CONNECT = 10;
export const BPF_CGROUP_INET6_CONNECT = 11;
export const BPF_CGROUP_INET4_POST_BIND = 12;
export const BPF_CGROUP_INET6_POST_BIND = 13;
export const BPF_CGROUP_UDP4_SENDMSG = 14;
export const BPF_CGROUP_UDP6_SENDMSG = 15;
export const BPF_FLOW_DISSECTOR = 17;
export const BPF_CGROUP_UDP4_RECVMSG = 19;
export const BPF_CGROUP_UDP6_RECVMSG = 20;
export const BPF_TRACE_RAW_TP = 23;
export const BPF_CGROUP_INET4_GETPEERNAME = 29;
export const BPF_CGROUP_INET6_GETPEERNAME = 30;
export const BPF_CGROUP_INET4_GETSOCKNAME = 31;
export const BPF_CGROUP_INET6_GETSOCKNAME = 32;
export const BPF_XDP_DEVMAP = 33;
export const BPF_CGROUP_INET_SOCK_RELEASE = 34;
export const BPF_XDP_CPUMAP = 35;
export const BPF_SK_LOOKUP = 36;
export const BPF_XDP = 37;
export const BPF_SK_SKB_VERDICT = 38;
export const BPF_NETFILTER = 45;
export const BPF_TCX_INGRESS = 46;
export const BPF_TCX_EGRESS = 47;

export interface ProgramTypeRow {
  readonly type: ProgramType;
  /** BPF_PROG_TYPE_* */
  readonly id: number;
  /** Name of the context struct in `contexts.ts`; absent where the context has no fixed layout. */
  readonly context?: string;
}

/** Program types by UAPI number. Kernel: include/uapi/linux/bpf.h enum bpf_prog_type. */
export const PROGRAM_TYPES: readonly ProgramTypeRow[] = [
  { type: 'socket_filter', id: 1, context: '__sk_buff' },
  { type: 'sched_cls', id: 3, context: '__sk_buff' },
  { type: 'tracepoint', id: 5 },
  { type: 'xdp', id: 6, context: 'xdp_md' },
  { type: 'cgroup_skb', id: 8, context: '__sk_buff' },
  { type: 'cgroup_sock', id: 9, context: 'bpf_sock' },
  { type: 'sock_ops', id: 13, context: 'bpf_sock_ops' },
  { type: 'sk_skb', id: 14, context: '__sk_buff' },
  { type: 'sk_msg', id: 16, context: 'sk_msg_md' },
  { type: 'raw_tracepoint', id: 17 },
  { type: 'cgroup_sock_addr', id: 18, context: 'bpf_sock_addr' },
  { type: 'flow_dissector', id: 22, context: '__sk_buff' },
  { type: 'tracing', id: 26 },
  { type: 'sk_lookup', id: 30, context: 'bpf_sk_lookup' },
  { type: 'netfilter', id: 32, context: 'bpf_nf_ctx' },
];

const byType = new Map(PROGRAM_TYPES.map((row) => [row.type, row]));
const byId = new Map(PROGRAM_TYPES.map((row) => [row.id, row]));

export function programTypeRow(type: ProgramType): ProgramTypeRow {
  return byType.get(type)!;
}

/** By BPF_PROG_TYPE_* number; undefined for one Sluice does not know. */
export function programTypeById(id: number): ProgramTypeRow | undefined {
  return byId.get(id);
}
