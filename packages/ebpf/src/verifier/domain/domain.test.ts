import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JumpOp } from '../../isa/form.ts';
import { aluBounds, type TrackedOp } from './alu.ts';
import { type Bounds, boundsOfConstant, MutableBounds, UNBOUNDED } from './bounds.ts';
import { decideBranch } from './branch.ts';
import { byteOrderBounds } from './byte-order.ts';
import { constantAlu } from './constant-alu.ts';
import { larger, smaller } from './extreme.ts';
import { refineBranch } from './refine.ts';
import { signExtend, signExtend32, truncate, zeroExtend32 } from './resize.ts';
import { settle } from './sync.ts';
import { U32_MASK } from './tnum.ts';

const INTERESTING = [0n, 1n, 2n, 7n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0xffffn, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn];
const word = fc.oneof(
  fc.constantFrom(...INTERESTING, ...INTERESTING.map((x) => BigInt.asUintN(64, -x)), 1n << 63n, (1n << 63n) - 1n),
  fc.bigInt(0n, 0xffff_ffff_ffff_ffffn),
  fc.bigInt(0n, 0xffffn),
);

/** A number together with bounds that hold of it, wider by what other numbers allow. */
const bounded = fc
  .tuple(word, fc.array(word, { maxLength: 3 }), fc.bigInt(0n, 0xffff_ffff_ffff_ffffn), fc.nat(7))
  .map(([x, others, noise, which]): { x: bigint; bounds: Bounds } => {
    const all = [x, ...others];
    const b = new MutableBounds(UNBOUNDED);
    if (which & 1) {
      b.umin = all.reduce(smaller);
      b.umax = all.reduce(larger);
    }
    if (which & 2) {
      const signed = all.map((y) => BigInt.asIntN(64, y));
      b.smin = signed.reduce(smaller);
      b.smax = signed.reduce(larger);
    }
    if (which & 4) {
      const mask = all.reduce((m, y) => m | (y ^ x), 0n) | (noise & (noise >> 3n));
      b.bits = { value: x & ~mask, mask };
    }
    return { x, bounds: settle(b) };
  });

function expectHolds(b: Bounds, x: bigint): void {
  const unsigned = BigInt.asUintN(64, x);
  const signed = BigInt.asIntN(64, x);
  const low = Number(unsigned & U32_MASK);
  expect(b.umin <= unsigned && unsigned <= b.umax, `u64 ${unsigned} in [${b.umin}, ${b.umax}]`).toBe(true);
  expect(b.smin <= signed && signed <= b.smax, `s64 ${signed} in [${b.smin}, ${b.smax}]`).toBe(true);
  expect(b.u32min <= low && low <= b.u32max, `u32 ${low} in [${b.u32min}, ${b.u32max}]`).toBe(true);
  expect(b.s32min <= (low | 0) && (low | 0) <= b.s32max, `s32 ${low | 0} in [${b.s32min}, ${b.s32max}]`).toBe(true);
  expect(unsigned & ~b.bits.mask, 'bits').toBe(b.bits.value);
}

function jumps(op: JumpOp, width: 32 | 64, a: bigint, b: bigint): boolean {
  const [x, y] = [BigInt.asUintN(width, a), BigInt.asUintN(width, b)];
  const [sx, sy] = [BigInt.asIntN(width, a), BigInt.asIntN(width, b)];
  const outcome: Record<JumpOp, boolean> = {
    jeq: x === y,
    jne: x !== y,
    jgt: x > y,
    jge: x >= y,
    jlt: x < y,
    jle: x <= y,
    jsgt: sx > sy,
    jsge: sx >= sy,
    jslt: sx < sy,
    jsle: sx <= sy,
    jset: (x & y) !== 0n,
  };
  return outcome[op];
}

const OPS: TrackedOp[] = ['add', 'sub', 'mul', 'and', 'or', 'xor', 'lsh', 'rsh', 'arsh'];
const JUMPS: JumpOp[] = ['jeq', 'jne', 'jgt', 'jge', 'jlt', 'jle', 'jsgt', 'jsge', 'jslt', 'jsle', 'jset'];
const RUNS = { numRuns: 4000, seed: 20 };

describe('bounds', () => {
  it('settling keeps the number inside', () => {
    fc.assert(
      fc.property(bounded, ({ x, bounds }) => expectHolds(bounds, x)),
      RUNS,
    );
  });

  it('arithmetic results lie in the computed bounds', () => {
    fc.assert(
      fc.property(fc.constantFrom(...OPS), fc.constantFrom(32, 64), bounded, bounded, (op, width, a, b) => {
        const shift = op === 'lsh' || op === 'rsh' || op === 'arsh';
        const y = shift ? BigInt.asUintN(width, b.x) % BigInt(width) : b.x;
        const src = shift ? boundsOfConstant(y) : b.bounds;
        expectHolds(aluBounds(op, width, a.bounds, src), constantAlu(op, width, a.x, y));
      }),
      { ...RUNS, numRuns: 20_000 },
    );
  });

  it('resizing keeps the number inside', () => {
    fc.assert(
      fc.property(bounded, fc.constantFrom(1, 2, 4), ({ x, bounds }, bytes) => {
        expectHolds(truncate(bounds, bytes), BigInt.asUintN(bytes * 8, x));
        expectHolds(signExtend(bounds, bytes), BigInt.asIntN(bytes * 8, x));
        expectHolds(zeroExtend32(bounds), x & U32_MASK);
        if (bytes !== 4) expectHolds(signExtend32(bounds, bytes), BigInt.asIntN(bytes * 8, x) & U32_MASK);
      }),
      RUNS,
    );
  });

  it('changing byte order keeps the number inside', () => {
    fc.assert(
      fc.property(
        bounded,
        fc.constantFrom('le', 'be', 'bswap'),
        fc.constantFrom(16, 32, 64),
        ({ x, bounds }, op, bits) => {
          const bytes = Array.from({ length: bits / 8 }, (_, i) => (x >> BigInt(8 * i)) & 0xffn);
          const ordered = op === 'le' ? bytes.reverse() : bytes;
          expectHolds(
            byteOrderBounds(op, bits, bounds),
            ordered.reduce((word, byte) => (word << 8n) | byte, 0n),
          );
        },
      ),
      RUNS,
    );
  });

  it('a decided branch goes the decided way, and refinement keeps both operands inside', () => {
    fc.assert(
      fc.property(fc.constantFrom(...JUMPS), fc.constantFrom(32, 64), bounded, bounded, (op, width, a, b) => {
        const taken = jumps(op, width, a.x, b.x);
        const decided = decideBranch(op, width, a.bounds, b.bounds);
        if (decided !== undefined) expect(decided).toBe(taken);
        else {
          const [x, y] = refineBranch(op, width, taken, a.bounds, b.bounds);
          expectHolds(x, a.x);
          expectHolds(y, b.x);
        }
      }),
      { ...RUNS, numRuns: 20_000 },
    );
  });
});
