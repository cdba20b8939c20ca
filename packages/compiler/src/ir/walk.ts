import type { Block, Instr, IrFunction, Operand, Terminator, Var } from './ir.ts';

/** Blocks a terminator may go to. */
export function successors(block: Block): Block[] {
  const end = block.end!;
  switch (end.op) {
    case 'jump':
      return [end.to];
    case 'branch':
      return end.yes === end.no ? [end.yes] : [end.yes, end.no];
    case 'return':
      return [];
    default:
      return end satisfies never;
  }
}

/** What an instruction or terminator reads. Phis are not asked: their inputs are read at the ends of other blocks. */
export function operands(node: Instr | Terminator): Operand[] {
  switch (node.op) {
    case 'copy':
    case 'sext':
    case 'zext':
    case 'swap':
      return [node.a];
    case 'binary':
    case 'branch':
      return [node.a, node.b];
    case 'load':
      return [node.base];
    case 'store':
      return [node.base, node.value];
    case 'atomic':
      return node.expected ? [node.base, node.value, node.expected] : [node.base, node.value];
    case 'call':
    case 'invoke':
      return node.args;
    case 'return':
      return node.value ? [node.value] : [];
    case 'slot':
    case 'address':
    case 'phi':
    case 'jump':
      return [];
    default:
      return node satisfies never;
  }
}

/** Puts `map(operand)` in place of every operand; in phis too. */
export function replaceOperands(node: Instr | Terminator, map: (operand: Operand) => Operand): void {
  switch (node.op) {
    case 'copy':
    case 'sext':
    case 'zext':
    case 'swap':
      node.a = map(node.a);
      break;
    case 'binary':
    case 'branch':
      node.a = map(node.a);
      node.b = map(node.b);
      break;
    case 'load':
      node.base = map(node.base);
      break;
    case 'store':
      node.base = map(node.base);
      node.value = map(node.value);
      break;
    case 'atomic':
      node.base = map(node.base);
      node.value = map(node.value);
      if (node.expected) node.expected = map(node.expected);
      break;
    case 'call':
    case 'invoke':
      node.args = node.args.map(map);
      break;
    case 'return':
      if (node.value) node.value = map(node.value);
      break;
    case 'phi':
      for (const [block, operand] of node.inputs) node.inputs.set(block, map(operand));
      break;
    case 'slot':
    case 'address':
    case 'jump':
      break;
    default:
      node satisfies never;
  }
}

/** What an instruction assigns. */
export function assigned(instr: Instr): Var | undefined {
  return instr.op === 'store' ? undefined : instr.dst;
}

/** Whether an instruction matters beyond its result. */
export function hasEffect(instr: Instr): boolean {
  return instr.op === 'store' || instr.op === 'atomic' || instr.op === 'call' || instr.op === 'invoke';
}

export type Predecessors = Map<Block, Block[]>;

export function predecessors(fn: IrFunction): Predecessors {
  const result: Predecessors = new Map(fn.blocks.map((block) => [block, []]));
  for (const block of fn.blocks) for (const next of successors(block)) result.get(next)!.push(block);
  return result;
}

/** Reachable blocks in reverse post-order: entry first, each before what it leads to, loops apart. */
export function reversePostOrder(entry: Block): Block[] {
  const seen = new Set<Block>([entry]);
  const order: Block[] = [];
  const stack: { block: Block; next: Block[] }[] = [{ block: entry, next: successors(entry) }];
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const next = top.next.pop();
    if (!next) {
      order.push(top.block);
      stack.pop();
    } else if (!seen.has(next)) {
      seen.add(next);
      stack.push({ block: next, next: successors(next) });
    }
  }
  return order.reverse();
}

/** Drops blocks that cannot be reached, and phi inputs from them. */
export function refreshBlocks(fn: IrFunction): void {
  fn.blocks = reversePostOrder(fn.entry);
  const preds = predecessors(fn);
  for (const block of fn.blocks) {
    const from = new Set(preds.get(block));
    for (const instr of block.instrs) {
      if (instr.op !== 'phi') break;
      for (const block of instr.inputs.keys()) if (!from.has(block)) instr.inputs.delete(block);
    }
  }
}
