/*
 * 64-bit arithmetic on registers kept as two signed 32-bit halves: `r[d]` low, `r[d + 1]` high. Each function sets
 * register `d` from `d` and `s`. Division by zero gives 0, its remainder leaves `d` (Spec: RFC 9669 §4.1).
 */

const TWO32 = 4294967296;

export function mul64(r: Int32Array, d: number, s: number): void {
  const al = r[d]!;
  const bl = r[s]!;
  const high = (Math.imul(r[d + 1]!, bl) + Math.imul(al, r[s + 1]!)) | 0;
  const a0 = al & 0xffff;
  const a1 = al >>> 16;
  const b0 = bl & 0xffff;
  const b1 = bl >>> 16;
  const low = a0 * b0;
  const mid = a1 * b0 + (low >>> 16);
  const mid2 = a0 * b1 + (mid & 0xffff);
  r[d] = Math.imul(al, bl);
  r[d + 1] = (high + Math.imul(a1, b1) + (mid >>> 16) + (mid2 >>> 16)) | 0;
}

export function lsh64(r: Int32Array, d: number, by: number): void {
  const n = by & 63;
  if (n === 0) return;
  const low = r[d]!;
  if (n >= 32) {
    r[d + 1] = low << (n - 32);
    r[d] = 0;
  } else {
    r[d + 1] = (r[d + 1]! << n) | (low >>> (32 - n));
    r[d] = low << n;
  }
}

export function rsh64(r: Int32Array, d: number, by: number): void {
  const n = by & 63;
  if (n === 0) return;
  const high = r[d + 1]!;
  if (n >= 32) {
    r[d] = high >>> (n - 32);
    r[d + 1] = 0;
  } else {
    r[d] = (r[d]! >>> n) | (high << (32 - n));
    r[d + 1] = high >>> n;
  }
}

export function arsh64(r: Int32Array, d: number, by: number): void {
  const n = by & 63;
  if (n === 0) return;
  const high = r[d + 1]!;
  if (n >= 32) {
    r[d] = high >> (n - 32);
    r[d + 1] = high >> 31;
  } else {
    r[d] = (r[d]! >>> n) | (high << (32 - n));
    r[d + 1] = high >> n;
  }
}

export function div64(r: Int32Array, d: number, s: number): void {
  if ((r[s]! | r[s + 1]!) === 0) set(r, d, 0, 0);
  else if (small(r, d) && small(r, s)) fromNumber(r, d, Math.floor(toNumber(r, d) / toNumber(r, s)));
  else fromBig(r, d, toBig(r, d) / toBig(r, s));
}

export function mod64(r: Int32Array, d: number, s: number): void {
  if ((r[s]! | r[s + 1]!) === 0) return;
  if (small(r, d) && small(r, s)) fromNumber(r, d, toNumber(r, d) % toNumber(r, s));
  else fromBig(r, d, toBig(r, d) % toBig(r, s));
}

/** Signed division, truncating; the smallest number by -1 is itself. */
export function sdiv64(r: Int32Array, d: number, s: number): void {
  if ((r[s]! | r[s + 1]!) === 0) set(r, d, 0, 0);
  else fromBig(r, d, BigInt.asIntN(64, toBig(r, d)) / BigInt.asIntN(64, toBig(r, s)));
}

/** Signed remainder, with the dividend's sign. */
export function smod64(r: Int32Array, d: number, s: number): void {
  if ((r[s]! | r[s + 1]!) === 0) return;
  fromBig(r, d, BigInt.asIntN(64, toBig(r, d)) % BigInt.asIntN(64, toBig(r, s)));
}

/** A register as an unsigned BigInt. */
export function toBig(r: Int32Array, at: number): bigint {
  return (BigInt(r[at + 1]! >>> 0) << 32n) | BigInt(r[at]! >>> 0);
}

/** Sets a register to a BigInt modulo 2^64. */
export function fromBig(r: Int32Array, at: number, value: bigint): void {
  r[at] = Number(BigInt.asIntN(32, value));
  r[at + 1] = Number(BigInt.asIntN(32, value >> 32n));
}

/** Below 2^53, so that a Number holds it exactly. */
function small(r: Int32Array, at: number): boolean {
  return r[at + 1]! >>> 21 === 0;
}

function toNumber(r: Int32Array, at: number): number {
  return r[at + 1]! * TWO32 + (r[at]! >>> 0);
}

function fromNumber(r: Int32Array, at: number, value: number): void {
  r[at] = (value % TWO32) | 0;
  r[at + 1] = Math.floor(value / TWO32);
}

function set(r: Int32Array, at: number, low: number, high: number): void {
  r[at] = low;
  r[at + 1] = high;
}
