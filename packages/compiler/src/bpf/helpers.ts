import type { CgroupSock, PacketContext, SkBuff, SockAddr, SockOps, XdpMd } from './contexts.ts';
import type { be16, be32, Integer, i32, u8, u16, u32, u64 } from './integers.ts';
import { outside } from './outside.ts';
import { array, type Bytes, bytes, type FixedArray } from './structs.ts';

/**
 * The kernel's helper functions, named as there, in camelCase, less `bpf_`. A memory argument is a struct, an array or
 * an integer (which then passes through the stack); its size is its type's.
 *
 * Results of type i32 are 0 or positive on success and a negative errno on failure.
 */

/** What helpers take as memory. */
export type Memory = object | number | bigint;

/** `struct bpf_fib_lookup` in its IPv4 form. */
export class FibLookup {
  /** AF_INET */
  family: u8 = 0;
  l4_protocol: u8 = 0;
  sport: be16 = 0;
  dport: be16 = 0;
  /** In: the packet's total length. Out: the route's MTU. */
  tot_len: u16 = 0;
  /** In: the device the packet is on. Out: the device to send it from. */
  ifindex: u32 = 0;
  /** In: TOS in the low byte. Out: route metric. */
  tos: u32 = 0;
  ipv4_src: be32 = 0;
  ipv6_src_rest: FixedArray<u32, 3> = array<u32, 3>(word, 3);
  /** In: destination. Out: next hop. */
  ipv4_dst: be32 = 0;
  ipv6_dst_rest: FixedArray<u32, 3> = array<u32, 3>(word, 3);
  h_vlan_proto: be16 = 0;
  h_vlan_TCI: be16 = 0;
  smac: Bytes<6> = bytes(6);
  dmac: Bytes<6> = bytes(6);
}

/** `struct bpf_redir_neigh` in its IPv4 form. */
export class RedirNeigh {
  /** AF_INET */
  nh_family: u32 = 0;
  ipv4_nh: be32 = 0;
  ipv6_nh_rest: FixedArray<u32, 3> = array<u32, 3>(word, 3);
}

/** Initialiser of the word arrays above: arrays of plain zeros. */
function word(_value: never): u32 {
  return 0;
}

/** Nanoseconds since boot, without time asleep. */
export function ktimeGetNs(): u64 {
  return outside('ktimeGetNs()');
}
/** Nanoseconds since boot, time asleep included. */
export function ktimeGetBootNs(): u64 {
  return outside('ktimeGetBootNs()');
}
/** As ktimeGetNs, cheaper, as fine as a timer tick. */
export function ktimeGetCoarseNs(): u64 {
  return outside('ktimeGetCoarseNs()');
}
/** Timer ticks since boot. */
export function jiffies64(): u64 {
  return outside('jiffies64()');
}
/** 32 pseudo-random bits. */
export function getPrandomU32(): u32 {
  return outside('getPrandomU32()');
}
/** The CPU this runs on. */
export function getSmpProcessorId(): u32 {
  return outside('getSmpProcessorId()');
}
/** Writes a line to the kernel's trace pipe: up to three integers in C's format. GPL only. */
export function tracePrintk(_format: string, ..._args: readonly Integer[]): i32 {
  return outside('tracePrintk()');
}

/** Returned from a tc or XDP program: send the packet out of (or into, BPF_F_INGRESS) another device. */
export function redirect(_ifindex: number, _flags?: Integer): i32 {
  return outside('redirect()');
}
/** Into the namespace of a veth's peer, without the backlog; on tc ingress only. */
export function redirectPeer(_ifindex: number, _flags?: Integer): i32 {
  return outside('redirectPeer()');
}
/** Out of a device, with the neighbour's address filled in by the kernel; null: by the packet's destination. */
export function redirectNeigh(_ifindex: number, _params: RedirNeigh | null, _flags?: Integer): i32 {
  return outside('redirectNeigh()');
}
/** Sends a copy. */
export function cloneRedirect(_ctx: SkBuff, _ifindex: number, _flags?: Integer): i32 {
  return outside('cloneRedirect()');
}
/** Asks the routing and neighbour tables. 0 (BPF_FIB_LKUP_RET_SUCCESS), a BPF_FIB_LKUP_RET_*, or a negative errno. */
export function fibLookup(_ctx: PacketContext, _params: FibLookup, _flags?: Integer): i32 {
  return outside('fibLookup()');
}

/** Writes packet bytes; BPF_F_RECOMPUTE_CSUM keeps CHECKSUM_COMPLETE right. */
export function skbStoreBytes(_ctx: SkBuff, _offset: number, _from: Memory, _flags?: Integer): i32 {
  return outside('skbStoreBytes()');
}
/** Copies packet bytes, also beyond the linear part. */
export function skbLoadBytes(_ctx: SkBuff, _offset: number, _to: object): i32 {
  return outside('skbLoadBytes()');
}
/** Makes the first `length` bytes (0: all) linear and writable. */
export function skbPullData(_ctx: SkBuff, _length: number): i32 {
  return outside('skbPullData()');
}
/** Updates the IPv4 header checksum at `offset`; the low bits of `flags` are the field's size, or 0 with `to` a csumDiff. */
export function l3CsumReplace(_ctx: SkBuff, _offset: number, _from: Integer, _to: Integer, _flags: Integer): i32 {
  return outside('l3CsumReplace()');
}
/** Updates a TCP, UDP or ICMP checksum: size of the field, BPF_F_PSEUDO_HDR, BPF_F_MARK_MANGLED_0 in `flags`. */
export function l4CsumReplace(_ctx: SkBuff, _offset: number, _from: Integer, _to: Integer, _flags: Integer): i32 {
  return outside('l4CsumReplace()');
}
/** Checksum difference between two pieces of memory whose sizes are multiples of 4, either may be null. */
export function csumDiff(_from: Memory | null, _to: Memory | null, _seed?: number): i32 {
  return outside('csumDiff()');
}
/** Adds to the checksum of a CHECKSUM_COMPLETE packet. */
export function csumUpdate(_ctx: SkBuff, _csum: number): i32 {
  return outside('csumUpdate()');
}
/** The flow hash, computed where it is missing. */
export function getHashRecalc(_ctx: SkBuff): u32 {
  return outside('getHashRecalc()');
}
/** Forgets the flow hash, after the headers changed. */
export function setHashInvalid(_ctx: SkBuff): void {
  outside('setHashInvalid()');
}
/** PACKET_HOST and the like. */
export function skbChangeType(_ctx: SkBuff, _type: number): i32 {
  return outside('skbChangeType()');
}
/** Changes the EtherType and the header room for it. */
export function skbChangeProto(_ctx: SkBuff, _proto: be16, _flags?: Integer): i32 {
  return outside('skbChangeProto()');
}
/** Makes room in front of the packet. */
export function skbChangeHead(_ctx: SkBuff, _bytes: number, _flags?: Integer): i32 {
  return outside('skbChangeHead()');
}
/** Sets the packet's length. */
export function skbChangeTail(_ctx: SkBuff, _length: number, _flags?: Integer): i32 {
  return outside('skbChangeTail()');
}
/** Grows or shrinks the room at the layer that `mode` (BPF_ADJ_ROOM_*) says. */
export function skbAdjustRoom(_ctx: SkBuff, _difference: number, _mode: number, _flags?: Integer): i32 {
  return outside('skbAdjustRoom()');
}
/** Puts a VLAN tag on. */
export function skbVlanPush(_ctx: SkBuff, _proto: be16, _tci: number): i32 {
  return outside('skbVlanPush()');
}
/** Takes the VLAN tag off. */
export function skbVlanPop(_ctx: SkBuff): i32 {
  return outside('skbVlanPop()');
}

/** Moves the start of an XDP packet. */
export function xdpAdjustHead(_ctx: XdpMd, _difference: number): i32 {
  return outside('xdpAdjustHead()');
}
/** Moves the end of an XDP packet. */
export function xdpAdjustTail(_ctx: XdpMd, _difference: number): i32 {
  return outside('xdpAdjustTail()');
}
/** Moves the start of an XDP packet's metadata. */
export function xdpAdjustMeta(_ctx: XdpMd, _difference: number): i32 {
  return outside('xdpAdjustMeta()');
}
/** Length of an XDP packet, fragments included. */
export function xdpGetBuffLen(_ctx: XdpMd): u64 {
  return outside('xdpGetBuffLen()');
}
/** Copies packet bytes, also out of fragments. */
export function xdpLoadBytes(_ctx: XdpMd, _offset: number, _to: object): i32 {
  return outside('xdpLoadBytes()');
}
/** Writes packet bytes, also into fragments. */
export function xdpStoreBytes(_ctx: XdpMd, _offset: number, _from: Memory): i32 {
  return outside('xdpStoreBytes()');
}

/** A number for the socket's whole life; 0 where the packet has no socket. */
export function getSocketCookie(_ctx: SkBuff | SockAddr | CgroupSock | SockOps): u64 {
  return outside('getSocketCookie()');
}
/** A number for the network namespace's whole life; null asks for the initial one. */
export function getNetnsCookie(_ctx: SkBuff | SockAddr | CgroupSock | SockOps | null): u64 {
  return outside('getNetnsCookie()');
}
/** Process id in the high half, thread id in the low. */
export function getCurrentPidTgid(): u64 {
  return outside('getCurrentPidTgid()');
}
/** Id of the current task's cgroup. */
export function getCurrentCgroupId(): u64 {
  return outside('getCurrentCgroupId()');
}
/** Chooses the local address and port of a connecting socket; `address` is a `sockaddr_in`. */
export function bind(_ctx: SockAddr, _address: object): i32 {
  return outside('bind()');
}
/** Asks for more sock_ops events: BPF_SOCK_OPS_*_CB_FLAG. */
export function sockOpsCbFlagsSet(_ctx: SockOps, _flags: number): i32 {
  return outside('sockOpsCbFlagsSet()');
}
/** setsockopt(2) on the context's socket. */
export function setsockopt(_ctx: SockAddr | SockOps, _level: number, _name: number, _value: Memory): i32 {
  return outside('setsockopt()');
}
/** getsockopt(2) on the context's socket. */
export function getsockopt(_ctx: SockAddr | SockOps, _level: number, _name: number, _value: object): i32 {
  return outside('getsockopt()');
}
