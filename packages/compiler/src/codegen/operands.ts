import type { IrFunction, Operand, Var } from '../ir/ir.ts';
import { type Definitions, definitions } from '../optimise/range.ts';

/** The immediate field for a constant, if it fits one. */
export function immediateOf(operand: Operand, bits: 32 | 64): number | undefined {
  if (operand.kind !== 'const') return undefined;
  if (bits === 32) return Number(BigInt.asIntN(32, operand.value));
  const signed = BigInt.asIntN(64, operand.value);
  return signed === BigInt.asIntN(32, signed) ? Number(signed) : undefined;
}

/** Definitions of the variables that have one only: outside SSA form, copies may assign others more than once. */
export function singleDefinitions(fn: IrFunction): Definitions {
  const counts = new Map<Var, number>();
  for (const block of fn.blocks) {
    for (const instr of block.instrs) {
      if (instr.op !== 'store' && instr.dst) counts.set(instr.dst, (counts.get(instr.dst) ?? 0) + 1);
    }
  }
  return new Map([...definitions(fn)].filter(([variable]) => counts.get(variable) === 1));
}
