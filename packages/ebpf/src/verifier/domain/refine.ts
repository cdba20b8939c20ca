import type { JumpOp } from '../../isa/form.ts';
import { type Bounds, isConstant, isConstant32, MutableBounds } from './bounds.ts';
import { larger, smaller } from './extreme.ts';
import { settle } from './sync.ts';
import { type Tnum, tnumAnd, tnumConst, tnumIntersect, tnumOr, tnumSubreg, tnumWithSubreg, U32_MASK } from './tnum.ts';

/**
 * What is known of both operands once `if a op b` has jumped (`taken`) or has not.
 *
 * Kernel: kernel/bpf/verifier.c regs_refine_cond_op().
 */
export function refineBranch(op: JumpOp, width: 32 | 64, taken: boolean, a: Bounds, b: Bounds): [Bounds, Bounds] {
  const left = new MutableBounds(a);
  const right = new MutableBounds(b);
  FACTS[op][taken ? 0 : 1](width, left, right);
  return [settle(left), settle(right)];
}

type Fact = (width: 32 | 64, a: MutableBounds, b: MutableBounds) => void;

/** What follows where the jump is taken, and where it is not. */
const FACTS: Readonly<Record<JumpOp, readonly [taken: Fact, otherwise: Fact]>> = {
  jeq: [equal, different],
  jne: [different, equal],
  jset: [commonBit, noCommonBit],
  jgt: [(w, a, b) => below(w, b, a), atMost],
  jge: [(w, a, b) => atMost(w, b, a), below],
  jlt: [below, (w, a, b) => atMost(w, b, a)],
  jle: [atMost, (w, a, b) => below(w, b, a)],
  jsgt: [(w, a, b) => signedBelow(w, b, a), signedAtMost],
  jsge: [(w, a, b) => signedAtMost(w, b, a), signedBelow],
  jslt: [signedBelow, (w, a, b) => signedAtMost(w, b, a)],
  jsle: [signedAtMost, (w, a, b) => signedBelow(w, b, a)],
};

function equal(width: 32 | 64, a: MutableBounds, b: MutableBounds): void {
  if (width === 32) {
    a.u32min = b.u32min = larger(a.u32min, b.u32min);
    a.u32max = b.u32max = smaller(a.u32max, b.u32max);
    a.s32min = b.s32min = larger(a.s32min, b.s32min);
    a.s32max = b.s32max = smaller(a.s32max, b.s32max);
    const low = tnumIntersect(tnumSubreg(a.bits), tnumSubreg(b.bits));
    a.bits = tnumWithSubreg(a.bits, low);
    b.bits = tnumWithSubreg(b.bits, low);
  } else {
    a.umin = b.umin = larger(a.umin, b.umin);
    a.umax = b.umax = smaller(a.umax, b.umax);
    a.smin = b.smin = larger(a.smin, b.smin);
    a.smax = b.smax = smaller(a.smax, b.smax);
    a.bits = b.bits = tnumIntersect(a.bits, b.bits);
  }
}

/** The operand whose value is known, and the other one; undefined where neither is. */
function known(width: 32 | 64, a: MutableBounds, b: MutableBounds): [MutableBounds, bigint] | undefined {
  const is = width === 64 ? isConstant : isConstant32;
  const [other, constant] = is(b) ? [a, b] : is(a) ? [b, a] : [a, undefined];
  if (!constant) return undefined;
  return [other, width === 64 ? constant.bits.value : constant.bits.value & U32_MASK];
}

/** Only an interval's end can be cut off. */
function different(width: 32 | 64, a: MutableBounds, b: MutableBounds): void {
  const found = known(width, a, b);
  if (!found) return;
  const [other, value] = found;
  if (width === 32) {
    const unsigned = Number(value);
    const signed = unsigned | 0;
    if (other.u32min === unsigned) other.u32min++;
    if (other.u32max === unsigned) other.u32max--;
    if (other.s32min === signed) other.s32min++;
    if (other.s32max === signed) other.s32max--;
  } else {
    const signed = BigInt.asIntN(64, value);
    if (other.umin === value) other.umin++;
    if (other.umax === value) other.umax--;
    if (other.smin === signed) other.smin++;
    if (other.smax === signed) other.smax--;
  }
}

/** With one bit asked for, that bit is set. */
function commonBit(width: 32 | 64, a: MutableBounds, b: MutableBounds): void {
  const found = known(width, a, b);
  if (!found) return;
  const [other, value] = found;
  if (value !== 0n && (value & (value - 1n)) === 0n) setBits(width, other, (bits) => tnumOr(bits, tnumConst(value)));
}

/** None of the bits asked for is set. */
function noCommonBit(width: 32 | 64, a: MutableBounds, b: MutableBounds): void {
  const found = known(width, a, b);
  if (!found) return;
  const [other, value] = found;
  other.forget64();
  other.forget32();
  setBits(width, other, (bits) => tnumAnd(bits, tnumConst(~value)));
}

function setBits(width: 32 | 64, b: MutableBounds, change: (bits: Tnum) => Tnum): void {
  b.bits = width === 64 ? change(b.bits) : tnumWithSubreg(b.bits, change(tnumSubreg(b.bits)));
}

function atMost(width: 32 | 64, a: MutableBounds, b: MutableBounds): void {
  if (width === 32) {
    a.u32max = smaller(a.u32max, b.u32max);
    b.u32min = larger(a.u32min, b.u32min);
  } else {
    a.umax = smaller(a.umax, b.umax);
    b.umin = larger(a.umin, b.umin);
  }
}

function below(width: 32 | 64, a: MutableBounds, b: MutableBounds): void {
  if (width === 32) {
    a.u32max = smaller(a.u32max, b.u32max - 1);
    b.u32min = larger(a.u32min + 1, b.u32min);
  } else {
    a.umax = smaller(a.umax, b.umax - 1n);
    b.umin = larger(a.umin + 1n, b.umin);
  }
}

function signedAtMost(width: 32 | 64, a: MutableBounds, b: MutableBounds): void {
  if (width === 32) {
    a.s32max = smaller(a.s32max, b.s32max);
    b.s32min = larger(a.s32min, b.s32min);
  } else {
    a.smax = smaller(a.smax, b.smax);
    b.smin = larger(a.smin, b.smin);
  }
}

function signedBelow(width: 32 | 64, a: MutableBounds, b: MutableBounds): void {
  if (width === 32) {
    a.s32max = smaller(a.s32max, b.s32max - 1);
    b.s32min = larger(a.s32min + 1, b.s32min);
  } else {
    a.smax = smaller(a.smax, b.smax - 1n);
    b.smin = larger(a.smin + 1n, b.smin);
  }
}
