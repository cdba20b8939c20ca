import type { AluOp, AtomicOp, JumpOp } from '../isa/form.ts';

/*
 * The instruction set's meaning in BigInt, as plainly as RFC 9669 says it: what the engines are held against. Values are
 * unsigned; `bits` is the operation's width, and a 32-bit result is zero-extended.
 */

type Width = 32 | 64;

/** dst op src. Spec: RFC 9669 §4.1. */
export function aluReference(op: Exclude<AluOp, 'movsx'>, bits: Width, dst: bigint, src: bigint): bigint {
  const a = BigInt.asUintN(bits, dst);
  const b = BigInt.asUintN(bits, src);
  const sa = BigInt.asIntN(bits, a);
  const sb = BigInt.asIntN(bits, b);
  const shift = b & BigInt(bits - 1);
  return BigInt.asUintN(bits, result());

  function result(): bigint {
    switch (op) {
      case 'mov':
        return b;
      case 'add':
        return a + b;
      case 'sub':
        return a - b;
      case 'mul':
        return a * b;
      case 'div':
        return b === 0n ? 0n : a / b;
      case 'sdiv':
        return b === 0n ? 0n : sa / sb;
      case 'mod':
        return b === 0n ? a : a % b;
      case 'smod':
        return b === 0n ? a : sa % sb;
      case 'or':
        return a | b;
      case 'and':
        return a & b;
      case 'xor':
        return a ^ b;
      case 'lsh':
        return a << shift;
      case 'rsh':
        return a >> shift;
      case 'arsh':
        return sa >> shift;
      case 'neg':
        return -a;
      default:
        return op satisfies never;
    }
  }
}

/** The low `from` bits, sign-extended to `bits`. */
export function movsxReference(bits: Width, from: 8 | 16 | 32, src: bigint): bigint {
  return BigInt.asUintN(bits, BigInt.asIntN(from, src));
}

/** Byte order on a little-endian machine. Spec: RFC 9669 §4.2. */
export function endianReference(op: 'le' | 'be' | 'bswap', bits: 16 | 32 | 64, value: bigint): bigint {
  const low = BigInt.asUintN(bits, value);
  if (op === 'le') return low;
  let swapped = 0n;
  for (let i = 0n; i < BigInt(bits); i += 8n) swapped = (swapped << 8n) | ((low >> i) & 0xffn);
  return swapped;
}

/** Whether a jump is taken. Spec: RFC 9669 §4.3. */
export function jumpReference(op: JumpOp, bits: Width, dst: bigint, src: bigint): boolean {
  const a = BigInt.asUintN(bits, dst);
  const b = BigInt.asUintN(bits, src);
  const sa = BigInt.asIntN(bits, a);
  const sb = BigInt.asIntN(bits, b);
  switch (op) {
    case 'jeq':
      return a === b;
    case 'jne':
      return a !== b;
    case 'jgt':
      return a > b;
    case 'jge':
      return a >= b;
    case 'jlt':
      return a < b;
    case 'jle':
      return a <= b;
    case 'jsgt':
      return sa > sb;
    case 'jsge':
      return sa >= sb;
    case 'jslt':
      return sa < sb;
    case 'jsle':
      return sa <= sb;
    case 'jset':
      return (a & b) !== 0n;
    default:
      return op satisfies never;
  }
}

/** What an atomic operation leaves in memory; `compared` is r0. Spec: RFC 9669 §5.3. */
export function atomicReference(op: AtomicOp, bits: Width, old: bigint, src: bigint, compared: bigint): bigint {
  if (op === 'xchg') return BigInt.asUintN(bits, src);
  if (op === 'cmpxchg') return BigInt.asUintN(bits, compared) === old ? BigInt.asUintN(bits, src) : old;
  return aluReference(op, bits, old, src);
}
