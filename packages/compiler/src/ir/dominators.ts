import type { Block, IrFunction } from './ir.ts';
import { type Predecessors, predecessors } from './walk.ts';

export interface Dominators {
  /** The nearest block that every way from the entry leads through; none for the entry. */
  readonly parent: ReadonlyMap<Block, Block>;
  readonly children: ReadonlyMap<Block, readonly Block[]>;
  readonly predecessors: Predecessors;
}

/**
 * The dominator tree of a function whose `blocks` are in reverse post-order.
 *
 * Method: Cooper, Harvey, Kennedy, "A Simple, Fast Dominance Algorithm".
 */
export function dominators(fn: IrFunction): Dominators {
  const preds = predecessors(fn);
  const order = new Map(fn.blocks.map((block, i) => [block, i]));
  const parent = new Map<Block, Block>();
  const meet = (a: Block, b: Block): Block => {
    while (a !== b) {
      while (order.get(a)! > order.get(b)!) a = parent.get(a)!;
      while (order.get(b)! > order.get(a)!) b = parent.get(b)!;
    }
    return a;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of fn.blocks) {
      if (block === fn.entry) continue;
      let best: Block | undefined;
      for (const pred of preds.get(block)!) {
        if (pred !== fn.entry && !parent.has(pred)) continue;
        best = best ? meet(pred, best) : pred;
      }
      if (best && parent.get(block) !== best) {
        parent.set(block, best);
        changed = true;
      }
    }
  }
  const children = new Map<Block, Block[]>(fn.blocks.map((block) => [block, []]));
  for (const block of fn.blocks) {
    const above = parent.get(block);
    if (above) children.get(above)!.push(block);
  }
  return { parent, children, predecessors: preds };
}

/** Where each block's dominance ends: blocks it leads to without dominating them alone. */
export function dominanceFrontiers(fn: IrFunction, tree: Dominators): Map<Block, Set<Block>> {
  const frontiers = new Map<Block, Set<Block>>(fn.blocks.map((block) => [block, new Set()]));
  for (const block of fn.blocks) {
    const preds = tree.predecessors.get(block)!;
    if (preds.length < 2) continue;
    for (const pred of preds) {
      for (let at: Block | undefined = pred; at && at !== tree.parent.get(block); at = tree.parent.get(at)) {
        frontiers.get(at)!.add(block);
      }
    }
  }
  return frontiers;
}

/** Blocks in an order in which each comes after the one that dominates it, with a hook for leaving its subtree. */
export function walkDominatorTree(
  fn: IrFunction,
  tree: Dominators,
  enter: (block: Block) => void,
  leave: (block: Block) => void,
): void {
  const stack: { block: Block; next: number }[] = [{ block: fn.entry, next: 0 }];
  enter(fn.entry);
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const child = tree.children.get(top.block)![top.next++];
    if (child) {
      enter(child);
      stack.push({ block: child, next: 0 });
    } else {
      leave(top.block);
      stack.pop();
    }
  }
}
