import type { JumpOp } from '../../isa/form.ts';
import { type Bounds, isConstant, isConstant32, MutableBounds } from './bounds.ts';
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
  assume(op, width, taken, left, right);
  return [settle(left), settle(right)];
}

function assume(op: JumpOp, width: 32 | 64, holds: boolean, a: MutableBounds, b: MutableBounds): void {
  switch (op) {
    case 'jeq':
      return holds ? assumeEqual(width, a, b) : assumeDifferent(width, a, b);
    case 'jne':
      return holds ? assumeDifferent(width, a, b) : assumeEqual(width, a, b);
    case 'jset':
      return holds ? assumeCommonBit(width, a, b) : assumeNoCommonBit(width, a, b);
    case 'jgt':
      return holds ? assumeBelow(width, b, a) : assumeAtMost(width, a, b);
    case 'jge':
      return holds ? assumeAtMost(width, b, a) : assumeBelow(width, a, b);
    case 'jlt':
      return holds ? assumeBelow(width, a, b) : assumeAtMost(width, b, a);
    case 'jle':
      return holds ? assumeAtMost(width, a, b) : assumeBelow(width, b, a);
    case 'jsgt':
      return holds ? assumeSignedBelow(width, b, a) : assumeSignedAtMost(width, a, b);
    case 'jsge':
      return holds ? assumeSignedAtMost(width, b, a) : assumeSignedBelow(width, a, b);
    case 'jslt':
      return holds ? assumeSignedBelow(width, a, b) : assumeSignedAtMost(width, b, a);
    case 'jsle':
      return holds ? assumeSignedAtMost(width, a, b) : assumeSignedBelow(width, b, a);
    default:
      op satisfies never;
  }
}

const max = <T extends bigint | number>(x: T, y: T): T => (x > y ? x : y);
const min = <T extends bigint | number>(x: T, y: T): T => (x < y ? x : y);

function assumeEqual(width: 32 | 64, a: MutableBounds, b: MutableBounds): void {
  if (width === 32) {
    a.u32min = b.u32min = max(a.u32min, b.u32min);
    a.u32max = b.u32max = min(a.u32max, b.u32max);
    a.s32min = b.s32min = max(a.s32min, b.s32min);
    a.s32max = b.s32max = min(a.s32max, b.s32max);
    const low = tnumIntersect(tnumSubreg(a.bits), tnumSubreg(b.bits));
    a.bits = tnumWithSubreg(a.bits, low);
    b.bits = tnumWithSubreg(b.bits, low);
  } else {
    a.umin = b.umin = max(a.umin, b.umin);
    a.umax = b.umax = min(a.umax, b.umax);
    a.smin = b.smin = max(a.smin, b.smin);
    a.smax = b.smax = min(a.smax, b.smax);
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
function assumeDifferent(width: 32 | 64, a: MutableBounds, b: MutableBounds): void {
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
function assumeCommonBit(width: 32 | 64, a: MutableBounds, b: MutableBounds): void {
  const found = known(width, a, b);
  if (!found) return;
  const [other, value] = found;
  if (value !== 0n && (value & (value - 1n)) === 0n) setBits(width, other, (bits) => tnumOr(bits, tnumConst(value)));
}

/** None of the bits asked for is set. */
function assumeNoCommonBit(width: 32 | 64, a: MutableBounds, b: MutableBounds): void {
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

function assumeAtMost(width: 32 | 64, a: MutableBounds, b: MutableBounds): void {
  if (width === 32) {
    a.u32max = min(a.u32max, b.u32max);
    b.u32min = max(a.u32min, b.u32min);
  } else {
    a.umax = min(a.umax, b.umax);
    b.umin = max(a.umin, b.umin);
  }
}

function assumeBelow(width: 32 | 64, a: MutableBounds, b: MutableBounds): void {
  if (width === 32) {
    a.u32max = min(a.u32max, b.u32max - 1);
    b.u32min = max(a.u32min + 1, b.u32min);
  } else {
    a.umax = min(a.umax, b.umax - 1n);
    b.umin = max(a.umin + 1n, b.umin);
  }
}

function assumeSignedAtMost(width: 32 | 64, a: MutableBounds, b: MutableBounds): void {
  if (width === 32) {
    a.s32max = min(a.s32max, b.s32max);
    b.s32min = max(a.s32min, b.s32min);
  } else {
    a.smax = min(a.smax, b.smax);
    b.smin = max(a.smin, b.smin);
  }
}

function assumeSignedBelow(width: 32 | 64, a: MutableBounds, b: MutableBounds): void {
  if (width === 32) {
    a.s32max = min(a.s32max, b.s32max - 1);
    b.s32min = max(a.s32min + 1, b.s32min);
  } else {
    a.smax = min(a.smax, b.smax - 1n);
    b.smin = max(a.smin + 1n, b.smin);
  }
}
