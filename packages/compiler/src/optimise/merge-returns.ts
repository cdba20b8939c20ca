import type { Block, IrFunction } from '../ir/ir.ts';
import { refreshBlocks } from '../ir/walk.ts';

/** Blocks that only return the same constant become one. SSA form. */
export function mergeReturns(fn: IrFunction): void {
  const first = new Map<bigint, Block>();
  const same = new Map<Block, Block>();
  for (const block of fn.blocks) {
    const { end } = block;
    if (block === fn.entry || block.instrs.length > 0 || end?.op !== 'return' || end.value?.kind !== 'const') continue;
    const known = first.get(end.value.value);
    if (known) same.set(block, known);
    else first.set(end.value.value, block);
  }
  if (same.size === 0) return;
  const target = (block: Block): Block => same.get(block) ?? block;
  for (const block of fn.blocks) {
    const end = block.end!;
    if (end.op === 'jump') end.to = target(end.to);
    if (end.op !== 'branch') continue;
    end.yes = target(end.yes);
    end.no = target(end.no);
    if (end.yes === end.no) block.end = { op: 'jump', to: end.yes, span: end.span };
  }
  refreshBlocks(fn);
}
