import type { JumpOp } from '../../isa/form.ts';
import { type Bounds, isConstant, isConstant32 } from './bounds.ts';
import { tnumIsConst, tnumOverlap, tnumSubreg, U32_MASK } from './tnum.ts';

/**
 * Whether `if a op b` jumps: true, false, or undefined where both may happen.
 *
 * Kernel: kernel/bpf/verifier.c is_scalar_branch_taken().
 */
export function decideBranch(op: JumpOp, width: 32 | 64, a: Bounds, b: Bounds): boolean | undefined {
  switch (op) {
    case 'jeq':
      return decideEqual(width, a, b);
    case 'jne':
      return not(decideEqual(width, a, b));
    case 'jset':
      return decideSet(width, a, b);
    case 'jgt':
      return width === 64 ? greater(a.umin, a.umax, b.umin, b.umax) : greater(a.u32min, a.u32max, b.u32min, b.u32max);
    case 'jle':
      return not(decideBranch('jgt', width, a, b));
    case 'jlt':
      return decideBranch('jgt', width, b, a);
    case 'jge':
      return not(decideBranch('jgt', width, b, a));
    case 'jsgt':
      return width === 64 ? greater(a.smin, a.smax, b.smin, b.smax) : greater(a.s32min, a.s32max, b.s32min, b.s32max);
    case 'jsle':
      return not(decideBranch('jsgt', width, a, b));
    case 'jslt':
      return decideBranch('jsgt', width, b, a);
    case 'jsge':
      return not(decideBranch('jsgt', width, b, a));
    default:
      return op satisfies never;
  }
}

const not = (decided: boolean | undefined): boolean | undefined => (decided === undefined ? undefined : !decided);

function greater<T extends bigint | number>(aMin: T, aMax: T, bMin: T, bMax: T): boolean | undefined {
  if (aMin > bMax) return true;
  if (aMax <= bMin) return false;
  return undefined;
}

function decideEqual(width: 32 | 64, a: Bounds, b: Bounds): boolean | undefined {
  const x = width === 32 ? tnumSubreg(a.bits) : a.bits;
  const y = width === 32 ? tnumSubreg(b.bits) : b.bits;
  if (tnumIsConst(x) && tnumIsConst(y)) return x.value === y.value;
  if (!tnumOverlap(x, y)) return false;
  if (width === 64) {
    if (a.umin > b.umax || a.umax < b.umin || a.smin > b.smax || a.smax < b.smin) return false;
  }
  if (a.u32min > b.u32max || a.u32max < b.u32min || a.s32min > b.s32max || a.s32max < b.s32min) return false;
  return undefined;
}

function decideSet(width: 32 | 64, a: Bounds, b: Bounds): boolean | undefined {
  const known = width === 64 ? isConstant : isConstant32;
  if (!known(b)) return known(a) ? decideSet(width, b, a) : undefined;
  const probe = width === 64 ? b.bits.value : b.bits.value & U32_MASK;
  if ((a.bits.value & probe) !== 0n) return true;
  if (((a.bits.value | a.bits.mask) & probe) === 0n) return false;
  return undefined;
}
