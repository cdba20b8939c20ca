import type { Block, IrFunction, Operand, Var } from './ir.ts';
import { assigned, operands, successors } from './walk.ts';

export interface Liveness {
  readonly in: ReadonlyMap<Block, ReadonlySet<Var>>;
  readonly out: ReadonlyMap<Block, ReadonlySet<Var>>;
}

/** Which variables are needed later, at the start and end of each block. A phi's inputs count at the ends they come from. */
export function liveness(fn: IrFunction): Liveness {
  const uses = new Map<Block, Set<Var>>();
  const defs = new Map<Block, Set<Var>>();
  const phiUses = new Map<Block, Set<Var>>();
  for (const block of fn.blocks) phiUses.set(block, new Set());
  for (const block of fn.blocks) {
    const used = new Set<Var>();
    const defined = new Set<Var>();
    const use = (operand: Operand) => {
      if (operand.kind === 'var' && !defined.has(operand)) used.add(operand);
    };
    for (const instr of block.instrs) {
      if (instr.op === 'phi') {
        for (const [from, operand] of instr.inputs) if (operand.kind === 'var') phiUses.get(from)?.add(operand);
      }
      operands(instr).forEach(use);
      const dst = assigned(instr);
      if (dst) defined.add(dst);
    }
    operands(block.end!).forEach(use);
    uses.set(block, used);
    defs.set(block, defined);
  }
  const liveIn = new Map<Block, Set<Var>>(fn.blocks.map((block) => [block, new Set(uses.get(block))]));
  const liveOut = new Map<Block, Set<Var>>(fn.blocks.map((block) => [block, new Set(phiUses.get(block))]));
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = fn.blocks.length - 1; i >= 0; i--) {
      const block = fn.blocks[i]!;
      const out = liveOut.get(block)!;
      const before = out.size;
      for (const next of successors(block)) for (const variable of liveIn.get(next)!) out.add(variable);
      const into = liveIn.get(block)!;
      const size = into.size;
      const defined = defs.get(block)!;
      for (const variable of out) if (!defined.has(variable)) into.add(variable);
      if (into.size !== size || out.size !== before) changed = true;
    }
  }
  return { in: liveIn, out: liveOut };
}
