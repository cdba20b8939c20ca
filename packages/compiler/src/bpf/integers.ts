/**
 * Integers of a width. To an editor a `u32` is a number that another width does not silently become; to the compiler
 * it is 32 bits and wraps. `u64` and `i64` are bigints in the source, so that literals (`1n`) keep all their bits.
 *
 * Each name is a type, a conversion (`u32(x)` truncates or extends as a C cast does) and a description of the type for
 * maps and packets (`hashMap(u32, u64, …)`).
 *
 * `be16`, `be32`, `be64` hold a value as it lies in a packet, in network byte order: compare them, copy them, mask
 * them; convert with `ntohs` and the like before arithmetic.
 */

declare const width: unique symbol;

export type u8 = number & { readonly [width]?: 'u8' };
export type u16 = number & { readonly [width]?: 'u16' };
export type u32 = number & { readonly [width]?: 'u32' };
export type u64 = bigint & { readonly [width]?: 'u64' };
export type i8 = number & { readonly [width]?: 'i8' };
export type i16 = number & { readonly [width]?: 'i16' };
export type i32 = number & { readonly [width]?: 'i32' };
export type i64 = bigint & { readonly [width]?: 'i64' };
export type be16 = number & { readonly [width]?: 'be16' };
export type be32 = number & { readonly [width]?: 'be32' };
export type be64 = bigint & { readonly [width]?: 'be64' };

/** Any integer; helpers take it where the kernel takes 64 bits, so that flags need no `n`. */
export type Integer = number | bigint;

/** Low 8 bits, unsigned. */
export function u8(value: Integer | boolean): u8 {
  return Number(BigInt.asUintN(8, BigInt(value)));
}
/** Low 16 bits, unsigned. */
export function u16(value: Integer | boolean): u16 {
  return Number(BigInt.asUintN(16, BigInt(value)));
}
/** Low 32 bits, unsigned. */
export function u32(value: Integer | boolean): u32 {
  return Number(BigInt.asUintN(32, BigInt(value)));
}
/** 64 bits, unsigned; a negative `i32` is sign-extended first. */
export function u64(value: Integer | boolean): u64 {
  return BigInt.asUintN(64, BigInt(value));
}
/** Low 8 bits, signed. */
export function i8(value: Integer | boolean): i8 {
  return Number(BigInt.asIntN(8, BigInt(value)));
}
/** Low 16 bits, signed. */
export function i16(value: Integer | boolean): i16 {
  return Number(BigInt.asIntN(16, BigInt(value)));
}
/** Low 32 bits, signed. */
export function i32(value: Integer | boolean): i32 {
  return Number(BigInt.asIntN(32, BigInt(value)));
}
/** 64 bits, signed. */
export function i64(value: Integer | boolean): i64 {
  return BigInt.asIntN(64, BigInt(value));
}

/** Says that these bits are in network order already; moves nothing. */
export function be16(value: Integer): be16 {
  return u16(value) as number;
}
/** Says that these bits are in network order already; moves nothing. */
export function be32(value: Integer): be32 {
  return u32(value) as number;
}
/** Says that these bits are in network order already; moves nothing. */
export function be64(value: Integer): be64 {
  return u64(value) as bigint;
}

/** Host to network order, 16 bits. */
export function htons(value: number): be16 {
  return ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
}
/** Network to host order, 16 bits. */
export function ntohs(value: be16): u16 {
  return ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
}
/** Host to network order, 32 bits. */
export function htonl(value: number): be32 {
  return swap32(value);
}
/** Network to host order, 32 bits. */
export function ntohl(value: be32): u32 {
  return swap32(value);
}
/** Host to network order, 64 bits. */
export function htonll(value: bigint): be64 {
  return swap64(value);
}
/** Network to host order, 64 bits. */
export function ntohll(value: be64): u64 {
  return swap64(value);
}

function swap32(value: number): number {
  return (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | ((value >>> 24) & 0xff)) >>> 0;
}

function swap64(value: bigint): bigint {
  const low = BigInt(swap32(Number(BigInt.asUintN(32, value))));
  const high = BigInt(swap32(Number(BigInt.asUintN(32, value >> 32n))));
  return (low << 32n) | high;
}
