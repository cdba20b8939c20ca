import { foldSwap } from '../ir/fold.ts';
import type { Instr, IrFunction, Operand, Var } from '../ir/ir.ts';
import { assigned } from '../ir/walk.ts';

export type Definitions = ReadonlyMap<Var, Instr>;

/** The one definition of each variable in SSA form. Parameters have none. */
export function definitions(fn: IrFunction): Map<Var, Instr> {
  const defs = new Map<Var, Instr>();
  for (const block of fn.blocks) {
    for (const instr of block.instrs) {
      const dst = assigned(instr);
      if (dst) defs.set(dst, instr);
    }
  }
  return defs;
}

const DEPTH_MAX = 8;
const ALL: Readonly<Record<number, bigint>> = {
  8: 0xffn,
  16: 0xffffn,
  32: 0xffffffffn,
  64: 0xffffffffffffffffn,
};

/**
 * The largest value, unsigned, that the verifier knows an operand to have from how it was computed. Where it loses track,
 * even of a 32-bit result's empty upper half, the answer is 2^64 - 1. No facts from branches.
 *
 * Kernel: kernel/bpf/verifier.c adjust_scalar_min_max_vals(), is_safe_to_compute_dst_reg_range().
 */
export function largest(defs: Definitions, operand: Operand, depth = 0): bigint {
  if (operand.kind === 'const') return operand.value;
  const all = ALL[operand.bits]!;
  const def = defs.get(operand);
  if (!def || depth > DEPTH_MAX) return all;
  const of = (o: Operand) => largest(defs, o, depth + 1);
  switch (def.op) {
    case 'copy':
      return of(def.a);
    case 'load':
      return ALL[def.bits]!;
    case 'zext': {
      return smaller(of(def.a), ALL[def.from]!);
    }
    case 'swap':
      return def.a.kind === 'const' ? foldSwap(def.bits, def.a.value) : UNKNOWN;
    case 'phi': {
      let most = 0n;
      for (const input of def.inputs.values()) {
        const value = input === operand ? 0n : of(input);
        if (value > most) most = value;
      }
      return most;
    }
    case 'binary':
      return isTracked(def) ? smaller(largestResult(def, of), ALL[def.bits]!) : UNKNOWN;
    case 'sext':
    case 'atomic':
      return all;
    case 'slot':
    case 'address':
    case 'call':
    case 'invoke':
    case 'store':
      return UNKNOWN;
    default:
      return def satisfies never;
  }
}

const UNKNOWN = ALL[64]!;

/** Whether the verifier computes a range for the result. */
function isTracked({ operator, a, b }: Extract<Instr, { op: 'binary' }>): boolean {
  switch (operator) {
    case 'add':
    case 'mul':
    case 'and':
    case 'or':
    case 'xor':
      return true;
    case 'sub':
      // From zero, it becomes a negation.
      return a.kind !== 'const' || a.value !== 0n;
    case 'lsh':
    case 'rsh':
    case 'arsh':
      return b.kind === 'const';
    case 'div':
    case 'mod':
    case 'sdiv':
    case 'smod':
      return false;
    default:
      return operator satisfies never;
  }
}

function largestResult(def: Extract<Instr, { op: 'binary' }>, of: (operand: Operand) => bigint): bigint {
  const all = ALL[def.bits]!;
  const constant = def.b.kind === 'const' ? def.b.value : undefined;
  switch (def.operator) {
    case 'and': {
      return smaller(of(def.a), of(def.b));
    }
    case 'or':
    case 'xor': {
      // Together no larger than all ones of the wider one's length.
      return (1n << BigInt((of(def.a) | of(def.b)).toString(2).length)) - 1n;
    }
    case 'add':
      return of(def.a) + of(def.b);
    case 'mul':
      return of(def.a) * of(def.b);
    case 'lsh':
      return constant === undefined ? all : of(def.a) << (constant & BigInt(def.bits - 1));
    case 'rsh':
      return constant === undefined ? of(def.a) : of(def.a) >> (constant & BigInt(def.bits - 1));
    case 'div':
    case 'mod':
    case 'sub':
    case 'sdiv':
    case 'smod':
    case 'arsh':
      return all;
    default:
      return def.operator satisfies never;
  }
}

const smaller = (a: bigint, b: bigint): bigint => {
  if (a < b) return a;
  return b;
};
