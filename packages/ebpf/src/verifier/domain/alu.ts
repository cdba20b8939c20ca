import { alu32, shift32 } from './alu32.ts';
import {
  type Bounds,
  boundsOfConstant,
  isConstant,
  isConstant32,
  MutableBounds,
  S64_MAX,
  S64_MIN,
  UNBOUNDED,
} from './bounds.ts';
import { constantAlu } from './constant-alu.ts';
import { larger, smaller } from './extreme.ts';
import { learnFromBits, settle } from './sync.ts';
import {
  tnumAdd,
  tnumAnd,
  tnumArshift,
  tnumLshift,
  tnumMul,
  tnumOr,
  tnumRshift,
  tnumSub,
  tnumSubreg,
  tnumXor,
  U64_MAX,
} from './tnum.ts';

/** The operations whose results are followed; of all others nothing is known afterwards. */
export type TrackedOp = 'add' | 'sub' | 'mul' | 'and' | 'or' | 'xor' | 'lsh' | 'rsh' | 'arsh';

export function isTracked(op: string): op is TrackedOp {
  return TRACKED.has(op);
}

const TRACKED: ReadonlySet<string> = new Set(['add', 'sub', 'mul', 'and', 'or', 'xor', 'lsh', 'rsh', 'arsh']);

/**
 * What is known of `dst op src`, 64 bits wide or 32 with the high half cleared. A shift by a number that is not known,
 * or not below the width, gives nothing.
 *
 * Kernel: kernel/bpf/verifier.c adjust_scalar_min_max_vals().
 */
export function aluBounds(op: TrackedOp, width: 32 | 64, dst: Bounds, src: Bounds): Bounds {
  const shift = op === 'lsh' || op === 'rsh' || op === 'arsh';
  if (shift && !(isKnown(src, width) && src.umax < BigInt(width))) return UNBOUNDED;
  if (isKnown(dst, width) && isKnown(src, width)) {
    return boundsOfConstant(constantAlu(op, width, dst.bits.value, src.bits.value));
  }
  const b = new MutableBounds(dst);
  if (width === 32 && shift) shift32(op, b, src);
  else if (shift) shift64(op, b, src);
  else {
    arithmeticBits(op, b, src);
    alu32(op, b, dst, src);
    arithmetic64(op, b, dst, src);
  }
  if (width === 32) clearHighHalf(b);
  return settle(b);
}

/**
 * The 64-bit sum without letting its descriptions learn from each other: what Linux keeps for registers linked at a
 * distance. Kernel: kernel/bpf/verifier.c sync_linked_regs().
 */
export function unsettledSum(a: Bounds, distance: bigint): Bounds {
  const src = boundsOfConstant(distance);
  const b = new MutableBounds(a);
  arithmeticBits('add', b, src);
  alu32('add', b, a, src);
  arithmetic64('add', b, a, src);
  return b;
}

function isKnown(b: Bounds, width: 32 | 64): boolean {
  return width === 64 ? isConstant(b) : isConstant32(b);
}

/** `b` becomes its low half, zero-extended; the 32-bit intervals already hold. */
export function clearHighHalf(b: MutableBounds): void {
  b.bits = tnumSubreg(b.bits);
  b.umin = BigInt(b.u32min);
  b.umax = BigInt(b.u32max);
  if (b.s32min >= 0 && b.s32max >= 0) {
    b.smin = BigInt(b.s32min);
    b.smax = BigInt(b.s32max);
  } else {
    b.smin = 0n;
    b.smax = 0xffff_ffffn;
  }
}

type ArithmeticOp = Exclude<TrackedOp, 'lsh' | 'rsh' | 'arsh'>;

function arithmeticBits(op: ArithmeticOp, b: MutableBounds, src: Bounds): void {
  switch (op) {
    case 'add':
      b.bits = tnumAdd(b.bits, src.bits);
      return;
    case 'sub':
      b.bits = tnumSub(b.bits, src.bits);
      return;
    case 'mul':
      b.bits = tnumMul(b.bits, src.bits);
      return;
    case 'and':
      b.bits = tnumAnd(b.bits, src.bits);
      return;
    case 'or':
      b.bits = tnumOr(b.bits, src.bits);
      return;
    case 'xor':
      b.bits = tnumXor(b.bits, src.bits);
      return;
    default:
      op satisfies never;
  }
}

/** `b.bits` are the result's already; the intervals are still the operand's. */
function arithmetic64(op: ArithmeticOp, b: MutableBounds, dst: Bounds, src: Bounds): void {
  switch (op) {
    case 'add':
      setSigned(b, dst.smin + src.smin, dst.smax + src.smax);
      setUnsigned(b, dst.umin + src.umin, dst.umax + src.umax);
      return;
    case 'sub':
      setSigned(b, dst.smin - src.smax, dst.smax - src.smin);
      setUnsigned(b, dst.umin - src.umax, dst.umax - src.umin);
      return;
    case 'mul':
      if (dst.smin < 0n || src.smin < 0n || dst.umax > 0xffff_ffffn || src.umax > 0xffff_ffffn) b.forget64();
      else setUnsignedAndSigned(b, dst.umin * src.umin, dst.umax * src.umax);
      return;
    case 'and':
      setUnsignedAndSigned(b, b.bits.value, smaller(dst.umax, src.umax));
      learnFromBits(b);
      return;
    case 'or':
      setUnsignedAndSigned(b, larger(dst.umin, src.umin), b.bits.value | b.bits.mask);
      learnFromBits(b);
      return;
    case 'xor':
      setUnsignedAndSigned(b, b.bits.value, b.bits.value | b.bits.mask);
      learnFromBits(b);
      return;
    default:
      op satisfies never;
  }
}

/** An interval that left the word wraps: then nothing is known. */
function setSigned(b: MutableBounds, min: bigint, max: bigint): void {
  const fits = min >= S64_MIN && max <= S64_MAX;
  b.smin = fits ? min : S64_MIN;
  b.smax = fits ? max : S64_MAX;
}

function setUnsigned(b: MutableBounds, min: bigint, max: bigint): void {
  const fits = min >= 0n && max <= U64_MAX;
  b.umin = fits ? min : 0n;
  b.umax = fits ? max : U64_MAX;
}

/** The signed interval is the unsigned one, unless that reaches across the sign bit. */
function setUnsignedAndSigned(b: MutableBounds, min: bigint, max: bigint): void {
  b.umin = min;
  b.umax = max;
  const from = BigInt.asIntN(64, min);
  const to = BigInt.asIntN(64, max);
  b.smin = from <= to ? from : S64_MIN;
  b.smax = from <= to ? to : S64_MAX;
}

function shift64(op: 'lsh' | 'rsh' | 'arsh', b: MutableBounds, src: Bounds): void {
  const by = src.umin;
  switch (op) {
    case 'lsh':
      b.smin = by === 32n ? BigInt(b.s32min) << 32n : S64_MIN;
      b.smax = by === 32n ? BigInt(b.s32max) << 32n : S64_MAX;
      setUnsigned(b, b.umin << by, b.umax > 1n << (63n - by) ? U64_MAX + 1n : b.umax << by);
      shiftLeft32(b, Number(by));
      b.bits = tnumLshift(b.bits, by);
      break;
    case 'rsh':
      b.smin = S64_MIN;
      b.smax = S64_MAX;
      b.umin >>= by;
      b.umax >>= by;
      b.bits = tnumRshift(b.bits, by);
      b.forget32();
      break;
    case 'arsh':
      b.smin >>= by;
      b.smax >>= by;
      b.umin = 0n;
      b.umax = U64_MAX;
      b.bits = tnumArshift(b.bits, by, 64);
      b.forget32();
      break;
    default:
      op satisfies never;
  }
  learnFromBits(b);
}

/** The low half's intervals after `b <<= by`, by below 64. */
function shiftLeft32(b: MutableBounds, by: number): void {
  const unknown = by > 31 || b.u32max > 2 ** (31 - by);
  const { u32min, u32max } = b;
  b.forget32();
  if (unknown) return;
  b.u32min = u32min * 2 ** by;
  b.u32max = u32max * 2 ** by;
}
