import type { PacketContext } from './contexts.ts';
import type { u32 } from './integers.ts';
import { outside } from './outside.ts';
import type { Reference, Type } from './structs.ts';

/**
 * The packet's bytes from `offset` on, in place, as a struct or an integer; null where the packet (its linear part) is
 * too short. Writes go into the packet. It compiles to the comparison with `data_end` that the verifier asks for.
 *
 *     const ip = packet(ctx, sizeOf(EthHdr), Ipv4Hdr);
 *     if (ip === null) return TC_ACT_OK;
 *
 * `offset` may be any number computed at run time. A helper that changes the packet (skbStoreBytes, l4CsumReplace,
 * skbPullData, …) makes all earlier references stale; the compiler says so where one is used afterwards.
 */
export function packet<T>(_ctx: PacketContext, _offset: number, _type: Type<T>): Reference<T> | null {
  return outside('packet()');
}

/** Bytes in the packet's linear part: what `packet` can reach. */
export function packetLength(_ctx: PacketContext): u32 {
  return outside('packetLength()');
}

/** The metadata before the packet (xdpAdjustMeta) as a struct, or null. Metadata of an skb may only be read. */
export function packetMeta<T>(_ctx: PacketContext, _type: Type<T>): Reference<T> | null {
  return outside('packetMeta()');
}
