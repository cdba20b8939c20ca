import type { CgroupSock, Context, SkBuff, SkLookup, SockAddr, SockOps, XdpMd } from './contexts.ts';

/**
 * Programs: module-level constants, `export const arp_blacklist = xdp((ctx) => { … })`. The constant's name is the
 * program's name; what it is made with says where in the kernel it runs.
 */
export interface BpfProgram<C> {
  /** As libbpf reads it: `xdp`, `tc`, `cgroup/connect4`. */
  readonly section: string;
  readonly run: (ctx: C) => number;
}

/** In the driver's poll, before any skb. Returns XDP_*. */
export function xdp(run: (ctx: XdpMd) => number): BpfProgram<XdpMd> {
  return { section: 'xdp', run };
}
/** On a device's clsact ingress or egress, direct action. Returns TC_ACT_*. */
export function tc(run: (ctx: SkBuff) => number): BpfProgram<SkBuff> {
  return { section: 'tc', run };
}
/** connect(2) on an IPv4 socket. Returns SOCK_ALLOW or SOCK_DENY. */
export function cgroupConnect4(run: (ctx: SockAddr) => number): BpfProgram<SockAddr> {
  return { section: 'cgroup/connect4', run };
}
/** sendmsg(2) and sendto(2) on an unconnected IPv4 UDP socket. Returns SOCK_ALLOW or SOCK_DENY. */
export function cgroupSendmsg4(run: (ctx: SockAddr) => number): BpfProgram<SockAddr> {
  return { section: 'cgroup/sendmsg4', run };
}
/** recvmsg(2) on an IPv4 UDP socket: the source address may be rewritten. Returns SOCK_ALLOW, nothing else. */
export function cgroupRecvmsg4(run: (ctx: SockAddr) => number): BpfProgram<SockAddr> {
  return { section: 'cgroup/recvmsg4', run };
}
/** getpeername(2) on an IPv4 socket. Returns SOCK_ALLOW, nothing else. */
export function cgroupGetpeername4(run: (ctx: SockAddr) => number): BpfProgram<SockAddr> {
  return { section: 'cgroup/getpeername4', run };
}
/** getsockname(2) on an IPv4 socket. Returns SOCK_ALLOW, nothing else. */
export function cgroupGetsockname4(run: (ctx: SockAddr) => number): BpfProgram<SockAddr> {
  return { section: 'cgroup/getsockname4', run };
}
/** bind(2) on an IPv4 socket. Returns SOCK_ALLOW or SOCK_DENY. */
export function cgroupBind4(run: (ctx: SockAddr) => number): BpfProgram<SockAddr> {
  return { section: 'cgroup/bind4', run };
}
/** After bind(2) on an IPv4 socket. Returns SOCK_ALLOW or SOCK_DENY. */
export function cgroupPostBind4(run: (ctx: CgroupSock) => number): BpfProgram<CgroupSock> {
  return { section: 'cgroup/post_bind4', run };
}
/** socket(2). Returns SOCK_ALLOW or SOCK_DENY. */
export function cgroupSockCreate(run: (ctx: CgroupSock) => number): BpfProgram<CgroupSock> {
  return { section: 'cgroup/sock_create', run };
}
/** Packets into a cgroup's sockets; the packet starts at the IP header. Returns 1 to pass, 0 to drop. */
export function cgroupSkbIngress(run: (ctx: SkBuff) => number): BpfProgram<SkBuff> {
  return { section: 'cgroup_skb/ingress', run };
}
/** Packets out of a cgroup's sockets; the packet starts at the IP header. Returns 1 to pass, 0 to drop. */
export function cgroupSkbEgress(run: (ctx: SkBuff) => number): BpfProgram<SkBuff> {
  return { section: 'cgroup_skb/egress', run };
}
/** A TCP connection's life: BPF_SOCK_OPS_* events. */
export function sockOps(run: (ctx: SockOps) => number): BpfProgram<SockOps> {
  return { section: 'sockops', run };
}
/** Which listening socket gets a packet. Returns SK_PASS or SK_DROP. */
export function skLookup(run: (ctx: SkLookup) => number): BpfProgram<SkLookup> {
  return { section: 'sk_lookup', run };
}
/** Any other section that libbpf knows; `C` says what the context is. */
export function program<C extends Context = SkBuff>(section: string, run: (ctx: C) => number): BpfProgram<C> {
  return { section, run };
}
