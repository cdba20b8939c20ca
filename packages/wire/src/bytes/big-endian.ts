/**
 * Network byte order over `(bytes, at)`. Raw bytes are indexed here and in the other accessors of this folder alone.
 * The caller has checked the length: reading past the end yields 0, writing past it does nothing.
 */

/** One byte, 0…255. */
export const u8At = (bytes: Uint8Array, at: number): number => bytes[at]! | 0;

/** Sixteen bits, unsigned. */
export const be16At = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;

/** Thirty-two bits, unsigned. */
export const be32At = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;

/** Writes the low 8 bits of `value`. */
export function setU8(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
}

/** Writes the low 16 bits of `value`. */
export function setBe16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** Writes the low 32 bits of `value`. */
export function setBe32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
