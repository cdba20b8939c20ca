/**
 * Tristate numbers: 64-bit words of which each bit is known to be 0, known to be 1, or unknown.
 *
 * A Tnum stands for the set { x : x & ~mask == value }; `value & mask` is always 0. Both fields are unsigned 64-bit.
 * The operations give sets that contain every result of the operation on members of their arguments.
 *
 * Source: Vishwanathan et al., "Sound, Precise, and Fast Abstract Interpretation with Tristate Numbers", CGO 2022.
 * Kernel: kernel/bpf/tnum.c has the same operations, and the same precision: being cleverer here would accept programs
 * that Linux refuses.
 */
export interface Tnum {
  readonly value: bigint;
  readonly mask: bigint;
}

export const U64_MAX = 0xffff_ffff_ffff_ffffn;
export const U32_MASK = 0xffff_ffffn;

export const TNUM_UNKNOWN: Tnum = { value: 0n, mask: U64_MAX };

const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);

/** The one number `value` (taken modulo 2^64). */
export function tnumConst(value: bigint): Tnum {
  return { value: u64(value), mask: 0n };
}

/** The smallest Tnum that contains the unsigned interval [min, max]: their common leading bits are known. */
export function tnumRange(min: bigint, max: bigint): Tnum {
  const differing = min ^ max;
  if (differing === 0n) return { value: min, mask: 0n };
  const mask = lowBits(bitLength(differing));
  return { value: min & ~mask, mask };
}

export function tnumIsConst(a: Tnum): boolean {
  return a.mask === 0n;
}

export function tnumAdd(a: Tnum, b: Tnum): Tnum {
  const values = a.value + b.value;
  // A bit is unknown where an operand's is, or where a carry may or may not arrive.
  const carries = (values + a.mask + b.mask) ^ values;
  const mask = u64(carries | a.mask | b.mask);
  return { value: u64(values & ~mask), mask };
}

export function tnumSub(a: Tnum, b: Tnum): Tnum {
  const values = a.value - b.value;
  const borrows = (values + a.mask) ^ (values - b.mask);
  const mask = u64(borrows | a.mask | b.mask);
  return { value: u64(values & ~mask), mask };
}

export function tnumAnd(a: Tnum, b: Tnum): Tnum {
  const value = a.value & b.value;
  return { value, mask: (a.value | a.mask) & (b.value | b.mask) & ~value };
}

export function tnumOr(a: Tnum, b: Tnum): Tnum {
  const value = a.value | b.value;
  return { value, mask: (a.mask | b.mask) & ~value };
}

export function tnumXor(a: Tnum, b: Tnum): Tnum {
  const mask = a.mask | b.mask;
  return { value: (a.value ^ b.value) & ~mask, mask };
}

/** Long multiplication: the product of known parts, plus one shifted uncertainty for each bit of `a` not known to be 0. */
export function tnumMul(a: Tnum, b: Tnum): Tnum {
  let uncertain: Tnum = { value: 0n, mask: 0n };
  let shift = 0n;
  for (let rest = a.value | a.mask; rest !== 0n; rest >>= 1n, shift++) {
    if ((rest & 1n) === 0n) continue;
    const certain = ((a.value >> shift) & 1n) === 1n;
    const mask = u64((certain ? b.mask : b.value | b.mask) << shift);
    if (mask !== 0n) uncertain = tnumAdd(uncertain, { value: 0n, mask });
  }
  return tnumAdd(tnumConst(a.value * b.value), uncertain);
}

export function tnumLshift(a: Tnum, shift: bigint): Tnum {
  return { value: u64(a.value << shift), mask: u64(a.mask << shift) };
}

export function tnumRshift(a: Tnum, shift: bigint): Tnum {
  return { value: a.value >> shift, mask: a.mask >> shift };
}

/** Arithmetic shift of the low `bits`; an unknown sign bit spreads as unknown. */
export function tnumArshift(a: Tnum, shift: bigint, bits: 32 | 64): Tnum {
  return {
    value: BigInt.asUintN(bits, BigInt.asIntN(bits, a.value) >> shift),
    mask: BigInt.asUintN(bits, BigInt.asIntN(bits, a.mask) >> shift),
  };
}

/** What is known when a number is in both. Where they contradict each other, the bit counts as 1. */
export function tnumIntersect(a: Tnum, b: Tnum): Tnum {
  const mask = a.mask & b.mask;
  return { value: (a.value | b.value) & ~mask, mask };
}

/** Whether some number may be in both. */
export function tnumOverlap(a: Tnum, b: Tnum): boolean {
  return ((a.value ^ b.value) & ~(a.mask | b.mask)) === 0n;
}

/** Whether every member of `b` is one of `a`. */
export function tnumContains(a: Tnum, b: Tnum): boolean {
  return (b.mask & ~a.mask) === 0n && (b.value & ~a.mask) === a.value;
}

/** The low `bytes` of it, zero-extended. */
export function tnumCast(a: Tnum, bytes: number): Tnum {
  return { value: BigInt.asUintN(bytes * 8, a.value), mask: BigInt.asUintN(bytes * 8, a.mask) };
}

export function tnumSubreg(a: Tnum): Tnum {
  return { value: a.value & U32_MASK, mask: a.mask & U32_MASK };
}

/** `a` with its low half replaced. */
export function tnumWithSubreg(a: Tnum, low: Tnum): Tnum {
  return {
    value: (a.value & ~U32_MASK) | (low.value & U32_MASK),
    mask: (a.mask & ~U32_MASK) | (low.mask & U32_MASK),
  };
}

/** Whether all members are multiples of `size`, a power of two. */
export function tnumIsAligned(a: Tnum, size: number): boolean {
  return ((a.value | a.mask) & BigInt(size - 1)) === 0n;
}

/** Prints as the kernel's log does: a number, or `(0x0; 0xff)`. */
export function formatTnum(a: Tnum): string {
  return a.mask === 0n ? `${BigInt.asIntN(64, a.value)}` : `(0x${a.value.toString(16)}; 0x${a.mask.toString(16)})`;
}

/** Number of bits up to the highest one set; 0 for 0. `x` is unsigned 64-bit. */
export function bitLength(x: bigint): number {
  const high = Number(x >> 32n);
  return high !== 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(Number(x & U32_MASK));
}

const LOW_BITS: readonly bigint[] = Array.from({ length: 65 }, (_, n) => (1n << BigInt(n)) - 1n);

/** A word whose low `count` bits are 1. */
export function lowBits(count: number): bigint {
  return LOW_BITS[count]!;
}
