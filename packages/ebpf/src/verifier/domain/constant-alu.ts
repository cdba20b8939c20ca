import type { TrackedOp } from './alu.ts';

/** `a op b` on known words, 64 bits wide or 32 with the high half cleared; a shift distance is below the width. */
export function constantAlu(op: TrackedOp, width: 32 | 64, a: bigint, b: bigint): bigint {
  const x = BigInt.asUintN(width, a);
  const y = BigInt.asUintN(width, b);
  switch (op) {
    case 'add':
      return BigInt.asUintN(width, x + y);
    case 'sub':
      return BigInt.asUintN(width, x - y);
    case 'mul':
      return BigInt.asUintN(width, x * y);
    case 'and':
      return x & y;
    case 'or':
      return x | y;
    case 'xor':
      return x ^ y;
    case 'lsh':
      return BigInt.asUintN(width, x << y);
    case 'rsh':
      return x >> y;
    case 'arsh':
      return BigInt.asUintN(width, BigInt.asIntN(width, x) >> y);
    default:
      return op satisfies never;
  }
}
