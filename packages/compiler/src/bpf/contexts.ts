import type { be16, be32, i32, u32, u64 } from './integers.ts';
import type { FixedArray } from './structs.ts';

/**
 * What programs are called with. Fields keep their UAPI spelling; those a program may not write are readonly. Packet
 * bytes are reached through `packet(ctx, …)`.
 *
 * Spec: include/uapi/linux/bpf.h
 */

declare const context: unique symbol;

/** `struct xdp_md` */
export interface XdpMd {
  readonly [context]: 'xdp_md';
  readonly ingress_ifindex: u32;
  readonly rx_queue_index: u32;
  readonly egress_ifindex: u32;
}

/** `struct __sk_buff` */
export interface SkBuff {
  readonly [context]: '__sk_buff';
  readonly len: u32;
  readonly pkt_type: u32;
  mark: u32;
  queue_mapping: u32;
  /** EtherType. */
  readonly protocol: be16;
  readonly vlan_present: u32;
  readonly vlan_tci: u32;
  readonly vlan_proto: be16;
  priority: u32;
  readonly ingress_ifindex: u32;
  readonly ifindex: u32;
  tc_index: u32;
  /** Five words that live from one program to the next on the same device's hook. */
  readonly cb: FixedArray<u32, 5>;
  readonly hash: u32;
  tc_classid: u32;
  readonly napi_id: u32;
  readonly family: u32;
  readonly remote_ip4: be32;
  readonly local_ip4: be32;
  readonly remote_port: be32;
  readonly local_port: u32;
  tstamp: u64;
  readonly wire_len: u32;
  readonly gso_segs: u32;
  readonly gso_size: u32;
}

/** `struct bpf_sock_addr` */
export interface SockAddr {
  readonly [context]: 'bpf_sock_addr';
  readonly user_family: u32;
  user_ip4: be32;
  readonly user_ip6: FixedArray<be32, 4>;
  /** A port in network order in the low 16 bits: `ntohs(be16(ctx.user_port))`. */
  user_port: be32;
  readonly family: u32;
  readonly type: u32;
  readonly protocol: u32;
  msg_src_ip4: be32;
  readonly msg_src_ip6: FixedArray<be32, 4>;
}

/** `struct bpf_sock`, as programs of type cgroup_sock get it. */
export interface CgroupSock {
  readonly [context]: 'bpf_sock';
  bound_dev_if: u32;
  readonly family: u32;
  readonly type: u32;
  readonly protocol: u32;
  mark: u32;
  priority: u32;
  readonly src_ip4: be32;
  readonly src_ip6: FixedArray<be32, 4>;
  readonly src_port: u32;
  readonly dst_port: be16;
  readonly dst_ip4: be32;
  readonly dst_ip6: FixedArray<be32, 4>;
  readonly state: u32;
  readonly rx_queue_mapping: i32;
}

/** `struct bpf_sock_ops` */
export interface SockOps {
  readonly [context]: 'bpf_sock_ops';
  /** BPF_SOCK_OPS_* */
  readonly op: u32;
  readonly args: FixedArray<u32, 4>;
  reply: u32;
  readonly family: u32;
  readonly remote_ip4: be32;
  readonly local_ip4: be32;
  readonly remote_ip6: FixedArray<be32, 4>;
  readonly local_ip6: FixedArray<be32, 4>;
  readonly remote_port: be32;
  readonly local_port: u32;
  readonly is_fullsock: u32;
  readonly snd_cwnd: u32;
  readonly srtt_us: u32;
  readonly bpf_sock_ops_cb_flags: u32;
  readonly state: u32;
  readonly rtt_min: u32;
  readonly snd_ssthresh: u32;
  readonly rcv_nxt: u32;
  readonly snd_nxt: u32;
  readonly snd_una: u32;
  readonly mss_cache: u32;
  readonly bytes_received: u64;
  readonly bytes_acked: u64;
}

/** `struct bpf_sk_lookup` */
export interface SkLookup {
  readonly [context]: 'bpf_sk_lookup';
  readonly family: u32;
  readonly protocol: u32;
  readonly remote_ip4: be32;
  readonly remote_port: be16;
  readonly local_ip4: be32;
  readonly local_port: u32;
  readonly ingress_ifindex: u32;
}

/** Contexts with a packet whose bytes can be read and written in place. */
export type PacketContext = XdpMd | SkBuff;

/** Any context. */
export type Context = XdpMd | SkBuff | SockAddr | CgroupSock | SockOps | SkLookup;
