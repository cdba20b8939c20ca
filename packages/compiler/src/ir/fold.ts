import type { BinaryOp, CompareOp } from './ir.ts';

/**
 * What an operation on constants gives, as the BPF machine computes it: modulo 2^bits, division by zero gives 0, modulo
 * zero leaves the dividend, shifts use the low bits of their amount.
 *
 * Spec: RFC 9669 §4.1.
 */
export function foldBinary(operator: BinaryOp, bits: 32 | 64, left: bigint, right: bigint): bigint {
  const a = BigInt.asUintN(bits, left);
  const b = BigInt.asUintN(bits, right);
  const signedA = BigInt.asIntN(bits, a);
  const signedB = BigInt.asIntN(bits, b);
  const shift = b & BigInt(bits - 1);
  return BigInt.asUintN(bits, fold());

  function fold(): bigint {
    switch (operator) {
      case 'add':
        return a + b;
      case 'sub':
        return a - b;
      case 'mul':
        return a * b;
      case 'div':
        return b === 0n ? 0n : a / b;
      case 'mod':
        return b === 0n ? a : a % b;
      case 'sdiv':
        return b === 0n ? 0n : signedA / signedB;
      case 'smod':
        return b === 0n ? a : signedA % signedB;
      case 'and':
        return a & b;
      case 'or':
        return a | b;
      case 'xor':
        return a ^ b;
      case 'lsh':
        return a << shift;
      case 'rsh':
        return a >> shift;
      case 'arsh':
        return signedA >> shift;
      default:
        return operator satisfies never;
    }
  }
}

/** Whether the comparison of two constants holds. */
export function foldCompare(operator: CompareOp, bits: 32 | 64, left: bigint, right: bigint): boolean {
  const a = BigInt.asUintN(bits, left);
  const b = BigInt.asUintN(bits, right);
  const signedA = BigInt.asIntN(bits, left);
  const signedB = BigInt.asIntN(bits, right);
  switch (operator) {
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
    case 'gt':
      return a > b;
    case 'ge':
      return a >= b;
    case 'lt':
      return a < b;
    case 'le':
      return a <= b;
    case 'sgt':
      return signedA > signedB;
    case 'sge':
      return signedA >= signedB;
    case 'slt':
      return signedA < signedB;
    case 'sle':
      return signedA <= signedB;
    default:
      return operator satisfies never;
  }
}

/** The low `bits` of a constant in the other byte order. */
export function foldSwap(bits: 16 | 32 | 64, value: bigint): bigint {
  let out = 0n;
  for (let i = 0; i < bits; i += 8) out |= ((value >> BigInt(i)) & 255n) << BigInt(bits - 8 - i);
  return out;
}

/** The comparison that holds exactly where this one does not. */
export const NEGATED: Readonly<Record<CompareOp, CompareOp>> = {
  eq: 'ne',
  ne: 'eq',
  gt: 'le',
  le: 'gt',
  ge: 'lt',
  lt: 'ge',
  sgt: 'sle',
  sle: 'sgt',
  sge: 'slt',
  slt: 'sge',
};

/** The comparison that says the same with its operands exchanged. */
export const MIRRORED: Readonly<Record<CompareOp, CompareOp>> = {
  eq: 'eq',
  ne: 'ne',
  gt: 'lt',
  lt: 'gt',
  ge: 'le',
  le: 'ge',
  sgt: 'slt',
  slt: 'sgt',
  sge: 'sle',
  sle: 'sge',
};
