import { type Block, type Instr, type IrFunction, likeVar, newBlock, type Operand, type Var } from '../ir/ir.ts';
import { predecessors, refreshBlocks, successors } from '../ir/walk.ts';

/** Replaces phis by copies at the ends of the blocks they come from, on edges of their own where needed. */
export function leaveSsa(fn: IrFunction): void {
  const preds = predecessors(fn);
  for (const block of [...fn.blocks]) {
    const phis = block.instrs.filter((instr) => instr.op === 'phi');
    if (phis.length === 0) continue;
    for (const pred of preds.get(block)!) {
      const copies = phis.map((phi) => ({ dst: phi.dst, from: phi.inputs.get(pred)! }));
      const place = successors(pred).length > 1 ? splitEdge(fn, pred, block) : pred;
      place.instrs.push(...inOrder(fn, copies).map((copy): Instr => ({ op: 'copy', ...copy, span: place.end!.span })));
    }
    block.instrs.splice(0, phis.length);
  }
  refreshBlocks(fn);
}

function splitEdge(fn: IrFunction, from: Block, to: Block): Block {
  const end = from.end!;
  const between = newBlock(fn);
  between.end = { op: 'jump', to, span: end.span };
  if (end.op === 'branch') {
    if (end.yes === to) end.yes = between;
    else end.no = between;
  }
  return between;
}

/** Copies that happen at once, as copies one after the other: none overwrites what a later one reads. */
function inOrder(fn: IrFunction, copies: readonly { dst: Var; from: Operand }[]): { dst: Var; a: Operand }[] {
  const result: { dst: Var; a: Operand }[] = [];
  let pending = copies.filter(({ dst, from }) => dst !== from).map((copy) => ({ ...copy }));
  while (pending.length > 0) {
    const free = pending.find(({ dst }) => !pending.some((other) => other.from === dst));
    if (free) {
      result.push({ dst: free.dst, a: free.from });
      pending = pending.filter((copy) => copy !== free);
      continue;
    }
    // All that is left are cycles: keep one value aside.
    const { dst } = pending[0]!;
    const aside = likeVar(fn, dst);
    result.push({ dst: aside, a: dst });
    for (const copy of pending) if (copy.from === dst) copy.from = aside;
  }
  return result;
}
