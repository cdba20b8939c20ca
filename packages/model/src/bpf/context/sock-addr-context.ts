import type { Arena } from '@sluice/ebpf';
import { swap16, swap32 } from '@sluice/wire';
import type { Sock } from '../../socket/sock.ts';

/** UAPI: struct bpf_sock_addr. Offsets in words. */
export const SOCK_ADDR_BYTES = 72;
const USER_FAMILY = 0;
const USER_IP4 = 1;
const USER_PORT = 6;
const FAMILY = 7;
const TYPE = 8;
const PROTOCOL = 9;
const MSG_SRC_IP4 = 10;
const AF_INET = 2;

/** Writes the context; addresses and port stand in network byte order. The context is zero before. */
export function writeSockAddr(
  arena: Arena,
  ctx: number,
  sock: Sock,
  call: { readonly address: number; readonly port: number; readonly source: number },
  withSource: boolean,
): void {
  const { u32 } = arena;
  const word = ctx >>> 2;
  u32[word + USER_FAMILY] = AF_INET;
  u32[word + USER_IP4] = swap32(call.address);
  u32[word + USER_PORT] = swap16(call.port);
  u32[word + FAMILY] = AF_INET;
  u32[word + TYPE] = sock.type;
  u32[word + PROTOCOL] = sock.protocol;
  if (withSource) u32[word + MSG_SRC_IP4] = swap32(call.source);
}

/** What the program left. */
export function readSockAddr(
  arena: Arena,
  ctx: number,
  allowed: boolean,
): { allowed: boolean; address: number; port: number; source: number } {
  const word = ctx >>> 2;
  return {
    allowed,
    address: swap32(arena.u32[word + USER_IP4]!),
    port: swap16(arena.u32[word + USER_PORT]! & 0xffff),
    source: swap32(arena.u32[word + MSG_SRC_IP4]!),
  };
}
