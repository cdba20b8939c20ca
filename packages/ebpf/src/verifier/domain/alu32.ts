import type { TrackedOp } from './alu.ts';
import { type Bounds, type MutableBounds, S32_MAX, S32_MIN, U32_MAX } from './bounds.ts';
import { learn32FromBits } from './sync.ts';
import { tnumArshift, tnumLshift, tnumRshift, tnumSubreg, U32_MASK } from './tnum.ts';

/**
 * The low half's intervals of `dst op src`; `b.bits` are the result's already. Plain numbers serve: no product here
 * exceeds 2^53.
 *
 * Kernel: kernel/bpf/verifier.c scalar32_min_max_add() and its siblings.
 */
export function alu32(
  op: Exclude<TrackedOp, 'lsh' | 'rsh' | 'arsh'>,
  b: MutableBounds,
  dst: Bounds,
  src: Bounds,
): void {
  switch (op) {
    case 'add':
      setSigned(b, dst.s32min + src.s32min, dst.s32max + src.s32max);
      setUnsigned(b, dst.u32min + src.u32min, dst.u32max + src.u32max);
      return;
    case 'sub':
      setSigned(b, dst.s32min - src.s32max, dst.s32max - src.s32min);
      setUnsigned(b, dst.u32min - src.u32max, dst.u32max - src.u32min);
      return;
    case 'mul':
      if (dst.s32min < 0 || src.s32min < 0 || dst.u32max > 0xffff || src.u32max > 0xffff) b.forget32();
      else setUnsignedAndSigned(b, dst.u32min * src.u32min, dst.u32max * src.u32max);
      return;
    case 'and':
      setUnsignedAndSigned(b, Number(b.bits.value & U32_MASK), Math.min(dst.u32max, src.u32max));
      return;
    case 'or':
      setUnsignedAndSigned(b, Math.max(dst.u32min, src.u32min), largest(b));
      return;
    case 'xor':
      setUnsignedAndSigned(b, Number(b.bits.value & U32_MASK), largest(b));
      return;
    default:
      op satisfies never;
  }
}

/** A 32-bit shift by the known `src`, below 32: bits and low half; the 64-bit intervals are forgotten. */
export function shift32(op: 'lsh' | 'rsh' | 'arsh', b: MutableBounds, src: Bounds): void {
  const by = src.u32min;
  const half = tnumSubreg(b.bits);
  const { u32min, u32max, s32min, s32max } = b;
  b.forget32();
  switch (op) {
    case 'lsh':
      if (u32max <= 2 ** (31 - by)) {
        b.u32min = u32min * 2 ** by;
        b.u32max = u32max * 2 ** by;
      }
      b.bits = tnumSubreg(tnumLshift(half, BigInt(by)));
      break;
    case 'rsh':
      b.u32min = u32min >>> by;
      b.u32max = u32max >>> by;
      b.bits = tnumRshift(half, BigInt(by));
      break;
    case 'arsh':
      b.s32min = s32min >> by;
      b.s32max = s32max >> by;
      b.bits = tnumArshift(half, BigInt(by), 32);
      break;
    default:
      op satisfies never;
  }
  b.forget64();
  learn32FromBits(b);
}

const largest = (b: MutableBounds): number => Number((b.bits.value | b.bits.mask) & U32_MASK);

function setSigned(b: MutableBounds, min: number, max: number): void {
  const fits = min >= S32_MIN && max <= S32_MAX;
  b.s32min = fits ? min : S32_MIN;
  b.s32max = fits ? max : S32_MAX;
}

function setUnsigned(b: MutableBounds, min: number, max: number): void {
  const fits = min >= 0 && max <= U32_MAX;
  b.u32min = fits ? min : 0;
  b.u32max = fits ? max : U32_MAX;
}

function setUnsignedAndSigned(b: MutableBounds, min: number, max: number): void {
  b.u32min = min;
  b.u32max = max;
  const ordered = (min | 0) <= (max | 0);
  b.s32min = ordered ? min | 0 : S32_MIN;
  b.s32max = ordered ? max | 0 : S32_MAX;
}
