/** What the loader writes into each node's programs. */
import { be32, config, u32 } from '@sluice/compiler/bpf';

/** The node's own address. */
export const NODE_IP = config(be32);
/** Interface index of the NIC towards other nodes and the world. */
export const NODE_IFINDEX = config(u32);
/** 1: every decision is told through the event ring; 0: drops only. */
export const TELL_ALL = config(u32);
/** 1: a Pod's packets to service addresses are translated here (sockets may have done it before). */
export const PACKET_LB = config(u32);
