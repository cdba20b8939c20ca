/**
 * The Internet checksum: whole, and changed in place when a field changes.
 *
 * A *sum* is a number of up to 32 bits that still has carries in it; `fold` makes sixteen bits of it; the value in a
 * header is the complement of the folded sum.
 *
 * Spec: RFC 1071; RFC 1624 for the incremental form (equation 3).
 */

/** Adds `length` bytes as big-endian 16-bit words to `seed`; an odd last byte counts as the high half of a word. */
export function sumBytes(bytes: Uint8Array, at: number, length: number, seed = 0): number {
  let sum = seed;
  const pairsEnd = at + (length & ~1);
  for (let i = at; i < pairsEnd; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
  if (length & 1) sum += bytes[pairsEnd]! << 8;
  // A 64 KiB packet adds 2^15 words of 2^16: the sum stays far below 2^53, and is folded to 32 bits here.
  return sum > 0xffffffff ? (sum % 0x100000000) + Math.floor(sum / 0x100000000) : sum;
}

/** Sixteen bits out of a sum with carries. */
export function foldSum(sum: number): number {
  let folded = (sum & 0xffff) + (sum >>> 16);
  folded = (folded & 0xffff) + (folded >>> 16);
  return folded & 0xffff;
}

/** The value for a header's checksum field over `length` bytes, whose own checksum field holds zero. */
export const internetChecksum = (bytes: Uint8Array, at: number, length: number, seed = 0): number =>
  ~foldSum(sumBytes(bytes, at, length, seed)) & 0xffff;

/**
 * Sum of the IPv4 pseudo-header: addresses as unsigned 32-bit numbers, `length` of the transport header and payload.
 * Spec: RFC 768, RFC 9293 §3.1.
 */
export const pseudoHeaderSum = (source: number, destination: number, protocol: number, length: number): number =>
  (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff) + protocol + length;

/** True where the bytes, their checksum field included, sum to all ones. */
export const verifyChecksum = (bytes: Uint8Array, at: number, length: number, seed = 0): boolean =>
  foldSum(sumBytes(bytes, at, length, seed)) === 0xffff;

/** The checksum after a 16-bit word changed. Spec: RFC 1624 §3, HC' = ~(~HC + ~m + m'). */
export const replaceChecksum16 = (checksum: number, from: number, to: number): number =>
  ~foldSum((~checksum & 0xffff) + (~from & 0xffff) + (to & 0xffff)) & 0xffff;

/** The checksum after a 32-bit word changed. */
export const replaceChecksum32 = (checksum: number, from: number, to: number): number =>
  replaceChecksum16(replaceChecksum16(checksum, from >>> 16, to >>> 16), from & 0xffff, to & 0xffff);
