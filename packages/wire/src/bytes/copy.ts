/** Byte at a time below this many bytes: a call into the engine's memmove costs more than it saves. */
const SHORT_BYTES = 48;

/** Copies `length` bytes; the ranges may lie in the same array but must not overlap unless `to` is the lower one. */
export function copyBytes(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number, length: number): void {
  if (length <= SHORT_BYTES) {
    for (let i = 0; i < length; i++) to[toAt + i] = from[fromAt + i]!;
  } else if (from === to) {
    to.copyWithin(toAt, fromAt, fromAt + length);
  } else {
    to.set(from.subarray(fromAt, fromAt + length), toAt);
  }
}

/** True where `length` bytes are the same in both. */
export function equalBytes(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[aAt + i] !== b[bAt + i]) return false;
  return true;
}
