import type { Instr, IrFunction, Var } from '../ir/ir.ts';
import { assigned, hasEffect, operands } from '../ir/walk.ts';

/** Removes what nobody reads and what has no effect. SSA form. */
export function removeDead(fn: IrFunction): void {
  const definition = new Map<Var, Instr>();
  const needed = new Set<Instr>();
  const pending: Instr[] = [];
  const need = (instr: Instr | undefined) => {
    if (instr && !needed.has(instr)) {
      needed.add(instr);
      pending.push(instr);
    }
  };
  for (const block of fn.blocks) {
    for (const instr of block.instrs) {
      const dst = assigned(instr);
      if (dst) definition.set(dst, instr);
    }
  }
  for (const block of fn.blocks) {
    for (const instr of block.instrs) if (hasEffect(instr)) need(instr);
    for (const operand of operands(block.end!)) if (operand.kind === 'var') need(definition.get(operand));
  }
  for (let instr = pending.pop(); instr; instr = pending.pop()) {
    const read = instr.op === 'phi' ? [...instr.inputs.values()] : operands(instr);
    for (const operand of read) if (operand.kind === 'var') need(definition.get(operand));
  }
  for (const block of fn.blocks) {
    const kept = block.instrs.filter((instr) => needed.has(instr));
    for (const instr of kept)
      if (instr.op === 'call' || instr.op === 'invoke' || instr.op === 'atomic') dropResult(fn, instr);
    block.instrs.splice(0, block.instrs.length, ...kept);
  }
}

/** A fetching atomic operation whose result nobody reads becomes a plain one. */
function dropResult(fn: IrFunction, instr: Extract<Instr, { op: 'call' | 'invoke' | 'atomic' }>): void {
  if (instr.op !== 'atomic' || !instr.dst || instr.operator === 'xchg' || instr.operator === 'cmpxchg') return;
  const { dst } = instr;
  const isRead = fn.blocks.some(
    (block) =>
      block.instrs.some((other) =>
        other.op === 'phi' ? [...other.inputs.values()].includes(dst) : operands(other).includes(dst),
      ) || operands(block.end!).includes(dst),
  );
  if (!isRead) delete instr.dst;
}
