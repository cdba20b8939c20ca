import { formatTnum, TNUM_UNKNOWN, type Tnum, U32_MASK, U64_MAX } from './tnum.ts';

/**
 * What is known about a 64-bit number: its bits, and its intervals as unsigned and signed 64-bit word and as unsigned
 * and signed 32-bit low half. All five descriptions hold at once. Never changed once a register holds it: operations
 * take a MutableBounds and give it back frozen by type.
 */
export interface Bounds {
  readonly bits: Tnum;
  readonly umin: bigint;
  readonly umax: bigint;
  readonly smin: bigint;
  readonly smax: bigint;
  readonly u32min: number;
  readonly u32max: number;
  readonly s32min: number;
  readonly s32max: number;
}

export const S64_MIN = -(1n << 63n);
export const S64_MAX = (1n << 63n) - 1n;
export const S32_MIN = -0x8000_0000;
export const S32_MAX = 0x7fff_ffff;
export const U32_MAX = 0xffff_ffff;

/** Bounds under construction. */
export class MutableBounds implements Bounds {
  bits: Tnum;
  umin: bigint;
  umax: bigint;
  smin: bigint;
  smax: bigint;
  u32min: number;
  u32max: number;
  s32min: number;
  s32max: number;

  constructor(from: Bounds) {
    this.bits = from.bits;
    this.umin = from.umin;
    this.umax = from.umax;
    this.smin = from.smin;
    this.smax = from.smax;
    this.u32min = from.u32min;
    this.u32max = from.u32max;
    this.s32min = from.s32min;
    this.s32max = from.s32max;
  }

  forget64(): void {
    this.umin = 0n;
    this.umax = U64_MAX;
    this.smin = S64_MIN;
    this.smax = S64_MAX;
  }

  forget32(): void {
    this.u32min = 0;
    this.u32max = U32_MAX;
    this.s32min = S32_MIN;
    this.s32max = S32_MAX;
  }
}

/** Nothing known. */
export const UNBOUNDED: Bounds = new MutableBounds({
  bits: TNUM_UNKNOWN,
  umin: 0n,
  umax: U64_MAX,
  smin: S64_MIN,
  smax: S64_MAX,
  u32min: 0,
  u32max: U32_MAX,
  s32min: S32_MIN,
  s32max: S32_MAX,
});

/** Exactly `value`, taken modulo 2^64. */
export function boundsOfConstant(value: bigint): Bounds {
  const known = CACHE.get(value);
  if (known) return known;
  const unsigned = BigInt.asUintN(64, value);
  const signed = BigInt.asIntN(64, value);
  const low = Number(unsigned & U32_MASK);
  const bounds = new MutableBounds({
    bits: { value: unsigned, mask: 0n },
    umin: unsigned,
    umax: unsigned,
    smin: signed,
    smax: signed,
    u32min: low,
    u32max: low,
    s32min: low | 0,
    s32max: low | 0,
  });
  if (value >= -1n && value < 256n) CACHE.set(value, bounds);
  return bounds;
}

/** Constants that programs use most. */
const CACHE = new Map<bigint, Bounds>();

export const ZERO = boundsOfConstant(0n);

export function isConstant(b: Bounds): boolean {
  return b.bits.mask === 0n;
}

export function isZero(b: Bounds): boolean {
  return b.bits.mask === 0n && b.bits.value === 0n;
}

/** Whether the low half is one known number. */
export function isConstant32(b: Bounds): boolean {
  return (b.bits.mask & U32_MASK) === 0n;
}

/** Whether every number that `inner` allows, `outer` allows too, in each of the five descriptions. */
export function boundsContain(outer: Bounds, inner: Bounds): boolean {
  return (
    outer === inner ||
    (outer.umin <= inner.umin &&
      outer.umax >= inner.umax &&
      outer.smin <= inner.smin &&
      outer.smax >= inner.smax &&
      outer.u32min <= inner.u32min &&
      outer.u32max >= inner.u32max &&
      outer.s32min <= inner.s32min &&
      outer.s32max >= inner.s32max &&
      (inner.bits.mask & ~outer.bits.mask) === 0n &&
      (inner.bits.value & ~outer.bits.mask) === outer.bits.value)
  );
}

export function boundsEqual(a: Bounds, b: Bounds): boolean {
  return (
    a === b ||
    (a.umin === b.umin &&
      a.umax === b.umax &&
      a.smin === b.smin &&
      a.smax === b.smax &&
      a.u32min === b.u32min &&
      a.u32max === b.u32max &&
      a.s32min === b.s32min &&
      a.s32max === b.s32max &&
      a.bits.value === b.bits.value &&
      a.bits.mask === b.bits.mask)
  );
}

/** Prints as the kernel's log does: only what is not implied by the type. */
export function formatBounds(b: Bounds): string {
  const parts: string[] = [];
  const add = (name: string, value: bigint | number): void => void parts.push(`${name}=${value}`);
  if (b.smin !== S64_MIN) add('smin', b.smin);
  if (b.smax !== S64_MAX) add('smax', b.smax);
  if (b.umin !== 0n) add('umin', b.umin);
  if (b.umax !== U64_MAX) add('umax', b.umax);
  if (b.s32min !== S32_MIN && BigInt(b.s32min) !== b.smin) add('smin32', b.s32min);
  if (b.s32max !== S32_MAX && BigInt(b.s32max) !== b.smax) add('smax32', b.s32max);
  if (b.u32min !== 0 && BigInt(b.u32min) !== b.umin) add('umin32', b.u32min);
  if (b.u32max !== U32_MAX && BigInt(b.u32max) !== b.umax) add('umax32', b.u32max);
  if (b.bits.mask !== U64_MAX) parts.push(`var_off=${formatTnum(b.bits)}`);
  return parts.join(',');
}
