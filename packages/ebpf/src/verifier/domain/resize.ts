import { clearHighHalf } from './alu.ts';
import { type Bounds, boundsOfConstant, isConstant, MutableBounds, UNBOUNDED } from './bounds.ts';
import { settle } from './sync.ts';
import { lowBits, TNUM_UNKNOWN, tnumCast, tnumRange, tnumSubreg } from './tnum.ts';

/**
 * The low `bytes` of a number, zero-extended: what a narrow load gives.
 * Kernel: kernel/bpf/verifier.c coerce_reg_to_size().
 */
export function truncate(b: Bounds, bytes: 1 | 2 | 4): Bounds {
  if (b === UNBOUNDED) return UNKNOWN_OF_SIZE[bytes];
  const mask = lowBits(bytes * 8);
  const r = new MutableBounds(b);
  r.bits = tnumCast(b.bits, bytes);
  const sameHigh = (b.umin & ~mask) === (b.umax & ~mask);
  r.umin = r.smin = sameHigh ? b.umin & mask : 0n;
  r.umax = r.smax = sameHigh ? b.umax & mask : mask;
  if (bytes < 4) r.forget32();
  return settle(r);
}

function unknownOfSize(bytes: number): Bounds {
  const r = new MutableBounds(UNBOUNDED);
  r.bits = tnumCast(TNUM_UNKNOWN, bytes);
  return settle(r);
}

const UNKNOWN_OF_SIZE = { 1: unknownOfSize(1), 2: unknownOfSize(2), 4: unknownOfSize(4) } as const;

/** The low half, zero-extended: what a 32-bit move gives. */
export function zeroExtend32(b: Bounds): Bounds {
  if (b === UNBOUNDED) return UNKNOWN_OF_SIZE[4];
  const r = new MutableBounds(b);
  clearHighHalf(r);
  return settle(r);
}

/**
 * The low `bytes` of a number, sign-extended to 64 bits.
 * Kernel: kernel/bpf/verifier.c coerce_reg_to_size_sx().
 */
export function signExtend(b: Bounds, bytes: 1 | 2 | 4): Bounds {
  const bits = bytes * 8;
  if (isConstant(b)) return boundsOfConstant(BigInt.asIntN(bits, b.bits.value));
  const r = new MutableBounds(UNBOUNDED);
  const min = BigInt.asIntN(bits, b.smin);
  const max = BigInt.asIntN(bits, b.smax);
  if (b.smin >> BigInt(bits) === b.smax >> BigInt(bits) && min >= 0n === max >= 0n && min <= max) {
    r.smin = min;
    r.smax = max;
    r.umin = BigInt.asUintN(64, min);
    r.umax = BigInt.asUintN(64, max);
    r.bits = tnumRange(r.umin, r.umax);
  } else {
    r.smin = -(1n << BigInt(bits - 1));
    r.smax = (1n << BigInt(bits - 1)) - 1n;
  }
  r.s32min = Number(r.smin);
  r.s32max = Number(r.smax);
  if (min >= 0n === max >= 0n && r.bits !== TNUM_UNKNOWN) {
    r.u32min = r.s32min >>> 0;
    r.u32max = r.s32max >>> 0;
  }
  return r;
}

/**
 * The low `bytes` of a number, sign-extended to 32 bits, the high half cleared.
 * Kernel: kernel/bpf/verifier.c coerce_subreg_to_size_sx().
 */
export function signExtend32(b: Bounds, bytes: 1 | 2): Bounds {
  const bits = bytes * 8;
  if (isConstant(b)) return boundsOfConstant(BigInt.asUintN(32, BigInt.asIntN(bits, b.bits.value)));
  const r = new MutableBounds(UNBOUNDED);
  const shift = 32 - bits;
  const min = (b.s32min << shift) >> shift;
  const max = (b.s32max << shift) >> shift;
  if (b.s32min >> bits === b.s32max >> bits && min >= 0 === max >= 0 && min <= max) {
    r.s32min = min;
    r.s32max = max;
    r.u32min = min >>> 0;
    r.u32max = max >>> 0;
    r.bits = tnumSubreg(tnumRange(BigInt(r.u32min), BigInt(r.u32max)));
  } else {
    r.s32min = -(1 << (bits - 1));
    r.s32max = (1 << (bits - 1)) - 1;
    r.bits = tnumSubreg(TNUM_UNKNOWN);
  }
  clearHighHalf(r);
  return settle(r);
}
