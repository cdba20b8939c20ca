import { type Bounds, boundsOfConstant, type MutableBounds, S32_MAX, S32_MIN, UNBOUNDED } from './bounds.ts';
import { tnumIntersect, tnumRange, tnumSubreg, tnumWithSubreg, U32_MASK } from './tnum.ts';

/**
 * Lets the five descriptions of a number learn from each other, and gives the result. Where they contradict each other,
 * which happens on branches that cannot be taken, nothing is known of the number.
 *
 * Kernel: kernel/bpf/verifier.c reg_bounds_sync(), reg_bounds_sanity_check(). The same inferences in the same order, so
 * that precision is Linux's: more would accept what Linux refuses, and so, now and then, would less, since a number known
 * to be large may not be added to a pointer.
 */
export function settle(b: MutableBounds): Bounds {
  if (b.bits.mask === 0n && admits(b, b.bits.value)) return boundsOfConstant(b.bits.value);
  learnFromBits(b);
  for (let round = 0; round < 3; round++) {
    learn32(b);
    learn64(b);
    learn64From32(b);
  }
  learnBits(b);
  learnFromBits(b);
  return contradictory(b) ? forgetAll(b) : b;
}

const SIGN64 = 1n << 63n;
const REST64 = SIGN64 - 1n;

/** Intervals from bits: known leading bits bound the number from both sides. */
export function learnFromBits(b: MutableBounds): void {
  const { value, mask } = b.bits;
  narrowU64(b, value, value | mask);
  narrowS64(b, BigInt.asIntN(64, value | (mask & SIGN64)), BigInt.asIntN(64, value | (mask & REST64)));
  learn32FromBits(b);
}

/** The same for the low half only. */
export function learn32FromBits(b: MutableBounds): void {
  const value = Number(b.bits.value & U32_MASK);
  const mask = Number(b.bits.mask & U32_MASK);
  narrowU32(b, value, (value | mask) >>> 0);
  narrowS32(b, value | (mask & S32_MIN), value | (mask & S32_MAX));
}

function learn32(b: MutableBounds): void {
  learn32From(b, b.umin, b.umax, true);
  learn32From(b, b.smin, b.smax, false);
  learn32AcrossWrap(b, b.umin, b.umax);
  learn32AcrossWrap(b, b.smin, b.smax);
  if ((b.u32min | 0) <= (b.u32max | 0)) narrowS32(b, b.u32min | 0, b.u32max | 0);
  const fromS = b.s32min >>> 0;
  const toS = b.s32max >>> 0;
  if (fromS <= toS) narrowU32(b, fromS, toS);
  else if (b.u32max < fromS) {
    b.s32min = b.u32min | 0;
    if (toS < b.u32max) b.u32max = toS;
  } else if (toS < b.u32min) {
    b.s32max = b.u32max | 0;
    if (fromS > b.u32min) b.u32min = fromS;
  }
}

const low = (x: bigint): number => Number(x & U32_MASK);

/** Where the whole 64-bit interval shares its high half, its ends' low halves bound the low half. */
function learn32From(b: MutableBounds, min: bigint, max: bigint, ordered: boolean): void {
  if (min >> 32n !== max >> 32n) return;
  const from = low(min);
  const to = low(max);
  if (ordered || from <= to) narrowU32(b, from, to);
  if ((from | 0) <= (to | 0)) narrowS32(b, from | 0, to | 0);
}

/** Where the high half takes two successive values and the low half goes from negative to positive on the way. */
function learn32AcrossWrap(b: MutableBounds, min: bigint, max: bigint): void {
  if (((min >> 32n) + 1n - (max >> 32n)) & U32_MASK) return;
  const from = low(min) | 0;
  const to = low(max) | 0;
  if (from < 0 && to >= 0) narrowS32(b, from, to);
}

/** Signed from unsigned and back, where an interval lies on one side of the sign boundary or meets the other at one end. */
function learn64(b: MutableBounds): void {
  const fromU = BigInt.asIntN(64, b.umin);
  const toU = BigInt.asIntN(64, b.umax);
  if (fromU <= toU) narrowS64(b, fromU, toU);
  const fromS = BigInt.asUintN(64, b.smin);
  const toS = BigInt.asUintN(64, b.smax);
  if (fromS <= toS) narrowU64(b, fromS, toS);
  else if (b.umax < fromS) {
    b.smin = BigInt.asIntN(64, b.umin);
    if (toS < b.umax) b.umax = toS;
  } else if (toS < b.umin) {
    b.smax = BigInt.asIntN(64, b.umax);
    if (fromS > b.umin) b.umin = fromS;
  }
}

/** What is known of the low half, put under the high halves of the 64-bit intervals' ends. */
function learn64From32(b: MutableBounds): void {
  const umin = BigInt(b.u32min);
  const umax = BigInt(b.u32max);
  narrowU64(b, withLow(b.umin, umin), withLow(b.umax, umax));
  narrowS64(b, withLow(b.smin, umin), withLow(b.smax, umax));
  if (b.s32min >>> 0 <= b.s32max >>> 0) {
    const from = BigInt(b.s32min >>> 0);
    const to = BigInt(b.s32max >>> 0);
    narrowU64(b, withLow(b.umin, from), withLow(b.umax, to));
    narrowS64(b, withLow(b.smin, from), withLow(b.smax, to));
  }
  if (b.s32min >= 0 && b.smin >= BigInt(S32_MIN) && b.smax <= BigInt(S32_MAX)) {
    b.smin = b.umin = BigInt(b.s32min);
    b.smax = b.umax = BigInt(b.s32max);
    b.bits = tnumIntersect(b.bits, tnumRange(b.umin, b.umax));
  }
}

const HIGH = ~U32_MASK;
const withLow = (x: bigint, lowHalf: bigint): bigint => (x & HIGH) | lowHalf;

/** Bits from intervals: leading bits that both ends share. */
function learnBits(b: MutableBounds): void {
  const whole = tnumIntersect(b.bits, tnumRange(b.umin, b.umax));
  const half = tnumIntersect(tnumSubreg(whole), tnumRange(BigInt(b.u32min), BigInt(b.u32max)));
  b.bits = tnumWithSubreg(whole, half);
}

function narrowU64(b: MutableBounds, min: bigint, max: bigint): void {
  if (min > b.umin) b.umin = min;
  if (max < b.umax) b.umax = max;
}

function narrowS64(b: MutableBounds, min: bigint, max: bigint): void {
  if (min > b.smin) b.smin = min;
  if (max < b.smax) b.smax = max;
}

function narrowU32(b: MutableBounds, min: number, max: number): void {
  if (min > b.u32min) b.u32min = min;
  if (max < b.u32max) b.u32max = max;
}

function narrowS32(b: MutableBounds, min: number, max: number): void {
  if (min > b.s32min) b.s32min = min;
  if (max < b.s32max) b.s32max = max;
}

/** Whether none of the intervals excludes the constant `value`. */
function admits(b: MutableBounds, value: bigint): boolean {
  const signed = BigInt.asIntN(64, value);
  const half = low(value);
  return (
    b.umin <= value &&
    value <= b.umax &&
    b.smin <= signed &&
    signed <= b.smax &&
    b.u32min <= half &&
    half <= b.u32max &&
    b.s32min <= (half | 0) &&
    (half | 0) <= b.s32max
  );
}

function contradictory(b: MutableBounds): boolean {
  if (b.umin > b.umax || b.smin > b.smax || b.u32min > b.u32max || b.s32min > b.s32max) return true;
  const { value, mask } = b.bits;
  if (mask === 0n) {
    const signed = BigInt.asIntN(64, value);
    if (b.umin !== value || b.umax !== value || b.smin !== signed || b.smax !== signed) return true;
  }
  if ((mask & U32_MASK) === 0n) {
    const half = low(value);
    if (b.u32min !== half || b.u32max !== half || b.s32min !== (half | 0) || b.s32max !== (half | 0)) return true;
  }
  return false;
}

/** The bits stay, as in Linux, so that what was an impossible constant does not become a possible pointer offset. */
function forgetAll(b: MutableBounds): Bounds {
  b.umin = UNBOUNDED.umin;
  b.umax = UNBOUNDED.umax;
  b.smin = UNBOUNDED.smin;
  b.smax = UNBOUNDED.smax;
  b.forget32();
  return b;
}
