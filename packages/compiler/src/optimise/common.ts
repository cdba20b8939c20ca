import { dominators, walkDominatorTree } from '../ir/dominators.ts';
import type { Block, Instr, IrFunction, Operand, Var } from '../ir/ir.ts';
import { replaceOperands } from '../ir/walk.ts';

/** Computes each expression once: where an equal one was computed on every way here, its result is taken. SSA form. */
export function shareCommon(fn: IrFunction): void {
  const tree = dominators(fn);
  const known = new Map<string, Var>();
  const added = new Map<Block, string[]>();
  const replacements = new Map<Var, Operand>();
  const find = (operand: Operand): Operand =>
    operand.kind === 'var' ? (replacements.get(operand) ?? operand) : operand;
  walkDominatorTree(
    fn,
    tree,
    (block) => {
      const mine: string[] = [];
      added.set(block, mine);
      block.instrs.splice(
        0,
        block.instrs.length,
        ...block.instrs.filter((instr) => {
          if (instr.op !== 'phi') replaceOperands(instr, find);
          const key = keyOf(instr);
          if (key === undefined || !('dst' in instr) || !instr.dst) return true;
          const before = known.get(key);
          if (before) {
            replacements.set(instr.dst, before);
            return false;
          }
          known.set(key, instr.dst);
          mine.push(key);
          return true;
        }),
      );
      replaceOperands(block.end!, find);
    },
    (block) => {
      for (const key of added.get(block)!) known.delete(key);
    },
  );
  if (replacements.size === 0) return;
  for (const block of fn.blocks) {
    for (const instr of block.instrs) if (instr.op === 'phi') replaceOperands(instr, find);
  }
}

/** Equal for instructions that compute the same; undefined for those that depend on more than their operands. */
function keyOf(instr: Instr): string | undefined {
  const o = (operand: Operand) => (operand.kind === 'var' ? `v${operand.id}` : `${operand.value}`);
  switch (instr.op) {
    case 'binary':
      return `${instr.operator}${instr.bits} ${o(instr.a)} ${o(instr.b)}${instr.dst.pointer ? ' p' : ''}`;
    case 'sext':
      return `sext${instr.from}_${instr.bits} ${o(instr.a)}`;
    case 'zext':
      return `zext${instr.from} ${o(instr.a)}`;
    case 'swap':
      return `swap${instr.bits} ${o(instr.a)}`;
    case 'address':
      return instr.of.kind === 'map' ? `map ${instr.of.name}` : `${instr.of.section}+${instr.of.offset}`;
    default:
      return undefined;
  }
}
