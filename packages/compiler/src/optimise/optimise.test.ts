import { describe, expect, it } from 'vitest';
import { leaveSsa } from '../codegen/leave-ssa.ts';
import { Builder } from '../ir/builder.ts';
import { constant, type IrFunction, type Operand, type Var } from '../ir/ir.ts';
import { printFunction } from '../ir/print.ts';
import { toSsa } from '../ir/ssa.ts';
import { refreshBlocks } from '../ir/walk.ts';
import { shareCommon } from './common.ts';
import { removeDead } from './dead.ts';
import { forwardLoads, removeDeadStores } from './memory.ts';
import { simplify } from './simplify.ts';
import { threadJumps } from './thread.ts';

const SPAN = { file: 'a.ts', line: 1, column: 1 };
const LOOKUP = 1;

/** A function of one 32-bit number and one pointer, written by `write`. */
function build(write: (b: Builder, x: Var, p: Var) => void): IrFunction {
  const b = new Builder('f', SPAN, [
    { bits: 32, pointer: false },
    { bits: 64, pointer: true },
  ]);
  write(b, b.fn.params[0]!, b.fn.params[1]!);
  refreshBlocks(b.fn);
  return b.fn;
}

/** The instructions after a pass, one a line, without the header. */
function lines(fn: IrFunction): string[] {
  return printFunction(fn)
    .split('\n')
    .slice(1)
    .map((line) => line.trim());
}

function simplified(write: (b: Builder, x: Var) => Operand): string[] {
  const fn = build((b, x) => b.return(write(b, x)));
  toSsa(fn);
  simplify(fn);
  removeDead(fn);
  return lines(fn).slice(1);
}

describe('simplify()', () => {
  it.each([
    ['a multiplication by a power of two is a shift', 'mul', 8n, ['v5 = lsh32 v0, 3', 'return v5']],
    ['so is a division', 'div', 16n, ['v5 = rsh32 v0, 4', 'return v5']],
    ['a remainder by a power of two is a mask', 'mod', 32n, ['v5 = and32 v0, 31', 'return v5']],
    ['adding nothing is nothing', 'add', 0n, ['return v0']],
    ['a mask that lets everything through is nothing', 'and', 0xffffffffn, ['return v0']],
    ['multiplying by nothing is nothing', 'mul', 0n, ['return 0']],
  ] as const)('%s', (_, operator, by, wanted) => {
    const got = simplified((b, x) => b.binary(operator, 32, x, constant(by)));
    expect(got.map((line) => line.replace(/v[1-9]\d*/g, 'v5'))).toEqual(wanted);
  });

  it('takes out a mask only where the verifier knows that it is needless', () => {
    const masked = (divide: boolean) =>
      simplified((b, x) => {
        const small = b.binary('and', 32, x, constant(3n));
        const value = divide ? b.binary('div', 32, small, x) : small;
        return b.binary('and', 32, value, constant(3n));
      }).filter((line) => line.includes('and32')).length;
    expect(masked(false)).toBe(1);
    expect(masked(true)).toBe(2);
  });

  it('adds constants up', () => {
    const got = simplified((b, x) => b.binary('add', 32, b.binary('add', 32, x, constant(1n)), constant(2n)));
    expect(got.map((line) => line.replace(/v[1-9]\d*/g, 'v5'))).toEqual(['v5 = add32 v0, 3', 'return v5']);
  });
});

describe('threadJumps()', () => {
  it('leads a failed lookup past the comparison with null', () => {
    const fn = build((b, x, p) => {
      const result = b.pointer(false);
      const [fail, ok, join, isNull, isFound] = Array.from({ length: 5 }, () => b.newBlock());
      b.branch('gt', 32, x, constant(5n), fail!, ok!);
      b.enter(fail!);
      b.assign(result, constant(0n));
      b.jump(join!);
      b.enter(ok!);
      b.assign(result, b.advance(p, constant(8n)));
      b.jump(join!);
      b.enter(join!);
      b.branch('eq', 64, result, constant(0n), isNull!, isFound!);
      b.enter(isNull!);
      b.return(constant(1n));
      b.enter(isFound!);
      b.return(b.load(32, result, 0));
    });
    threadJumps(fn);
    expect(lines(fn).filter((line) => line.startsWith('if'))).toEqual(['if v0 gt32 5 then b4 else b5']);
  });
});

describe('shareCommon()', () => {
  it('computes what is computed on every way here once', () => {
    const fn = build((b, x) => {
      const [yes, no] = [b.newBlock(), b.newBlock()];
      const first = b.binary('add', 32, x, constant(1n));
      b.branch('gt', 32, first, constant(9n), yes, no);
      b.enter(yes);
      b.return(b.binary('add', 32, x, constant(1n)));
      b.enter(no);
      b.return(constant(0n));
    });
    shareCommon(fn);
    expect(lines(fn).filter((line) => line.includes('add32'))).toHaveLength(1);
  });
});

describe('memory', () => {
  const onSlot = (write: (b: Builder, slot: Var, x: Var) => void): string[] => {
    const fn = build((b, x) => {
      const slot = b.slot('s', 16, 8);
      write(b, slot, x);
    });
    toSsa(fn);
    forwardLoads(fn, new Set());
    simplify(fn);
    removeDeadStores(fn, new Set());
    removeDead(fn);
    return lines(fn).slice(1);
  };

  it('a value just stored is not loaded, and a variable nobody reads is not written', () => {
    const got = onSlot((b, slot, x) => {
      b.store(32, slot, 4, x);
      b.return(b.load(32, slot, 4));
    });
    expect(got).toEqual(['return v0']);
  });

  it('a store over part of it makes a value unknown', () => {
    const got = onSlot((b, slot, x) => {
      b.store(32, slot, 4, x);
      b.store(8, slot, 5, constant(1n));
      b.return(b.load(32, slot, 4));
    });
    expect(got.filter((line) => line.includes('load'))).toHaveLength(1);
  });

  it('a helper that only reads a key leaves it known; one that may write does not', () => {
    const after = (helper: number, args: (slot: Var) => Operand[]) =>
      onSlot((b, slot, x) => {
        b.store(32, slot, 0, x);
        b.call(helper, args(slot), undefined);
        b.return(b.load(32, slot, 0));
      }).filter((line) => line.includes('load')).length;
    const SKB_LOAD_BYTES = 26;
    expect(after(LOOKUP, (slot) => [constant(1n), slot])).toBe(0);
    expect(after(SKB_LOAD_BYTES, (slot) => [constant(1n), constant(0n), slot, constant(4n)])).toBe(1);
  });

  it('a zero that is overwritten before it is read is not stored', () => {
    const got = onSlot((b, slot, x) => {
      b.store(64, slot, 0, constant(0n));
      b.store(32, slot, 0, x);
      b.store(32, slot, 4, x);
      b.call(LOOKUP, [constant(1n), slot], undefined);
      b.return(constant(0n));
    });
    expect(got.filter((line) => line.includes('store'))).toEqual([
      expect.stringContaining('store32'),
      expect.stringContaining('store32'),
    ]);
  });
});

describe('leaveSsa()', () => {
  it('exchanges two values that change places in a loop', () => {
    const fn = build((b, x) => {
      const [left, right] = [b.variable(32), b.variable(32)];
      const [head, body, end] = [b.newBlock(), b.newBlock(), b.newBlock()];
      b.assign(left, x);
      b.assign(right, constant(1n));
      b.jump(head);
      b.enter(head);
      b.branch('gt', 32, left, constant(9n), body, end);
      b.enter(body);
      const aside = b.variable(32);
      b.assign(aside, left);
      b.assign(left, right);
      b.assign(right, aside);
      b.jump(head);
      b.enter(end);
      b.return(b.binary('sub', 32, left, right));
    });
    toSsa(fn);
    simplify(fn);
    leaveSsa(fn);
    const swap = lines(fn).filter((line) => /^v\d+ = v\d+$/.test(line));
    expect(swap).toHaveLength(4);
  });
});
