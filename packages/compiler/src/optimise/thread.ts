import { foldCompare } from '../ir/fold.ts';
import { type Block, type CompareOp, type IrFunction, newBlock, type Operand, type Var } from '../ir/ir.ts';
import { type Predecessors, predecessors, refreshBlocks, successors } from '../ir/walk.ts';

const COPIES_MAX = 6;
const DEPTH_MAX = 12;
const ROUNDS_MAX = 40;

/** What is known of a variable: that it is, or is not, a certain constant. */
interface Fact {
  readonly is: boolean;
  readonly value: bigint;
}

type Branch = Extract<NonNullable<Block['end']>, { op: 'branch' }>;

/**
 * Leads ways that meet at a block which only decides something straight to where they would go from there, where that is
 * known from where they come: `packet()` that failed need not be compared with null again, an inlined condition need not
 * become 1 or 0 first. Works on the form before SSA, in which copies of a block's assignments may be made freely.
 */
export function threadJumps(fn: IrFunction): void {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    simplifyGraph(fn);
    const preds = predecessors(fn);
    let changed = false;
    for (const block of fn.blocks) {
      if (!isDecision(block)) continue;
      for (const pred of preds.get(block)!) {
        const target = pred === block ? undefined : outcome(pred, block, preds);
        if (!target) continue;
        redirect(fn, pred, block, target);
        changed = true;
      }
    }
    if (!changed) return;
  }
}

function isDecision(block: Block): block is Block & { end: Branch } {
  return (
    block.end?.op === 'branch' &&
    block.instrs.length <= COPIES_MAX &&
    block.instrs.every((instr) => instr.op === 'copy') &&
    block.end.yes !== block &&
    block.end.no !== block
  );
}

/** Where control goes from `block` when it comes from `pred`, if that is known. */
function outcome(pred: Block, block: Block & { end: Branch }, preds: Predecessors): Block | undefined {
  const { operator, bits, yes, no } = block.end;
  const a = throughCopies(block, block.end.a);
  const b = throughCopies(block, block.end.b);
  const left = factAtEnd(pred, block, a, preds);
  const right = factAtEnd(pred, block, b, preds);
  if (!left || !right?.is) return undefined;
  if (left.is) return foldCompare(operator, bits, left.value, right.value) ? yes : no;
  if (left.value !== right.value) return undefined;
  return operator === 'eq' ? no : operator === 'ne' ? yes : undefined;
}

function throughCopies(block: Block, operand: Operand): Operand {
  let result = operand;
  for (let i = block.instrs.length - 1; i >= 0; i--) {
    const instr = block.instrs[i]!;
    if (instr.op === 'copy' && instr.dst === result) result = instr.a;
  }
  return result;
}

/** What is known of an operand when control goes from `pred` to `next`. */
function factAtEnd(pred: Block, next: Block, operand: Operand, preds: Predecessors): Fact | undefined {
  let wanted = operand;
  let below = next;
  let at: Block | undefined = pred;
  for (let depth = 0; at && depth < DEPTH_MAX; depth++) {
    if (wanted.kind === 'const') return { is: true, value: wanted.value };
    const edge = factOnEdge(at, below, wanted);
    if (edge) return edge;
    for (let i = at.instrs.length - 1; i >= 0; i--) {
      const instr = at.instrs[i]!;
      if (instr.op === 'store' || instr.dst !== wanted) continue;
      if (instr.op !== 'copy') return instr.dst.nonNull ? NOT_NULL : undefined;
      wanted = instr.a;
      if (wanted.kind === 'const') return { is: true, value: wanted.value };
    }
    if (wanted.kind === 'var' && wanted.nonNull) return NOT_NULL;
    const above: Block[] = preds.get(at) ?? [];
    below = at;
    at = above.length === 1 && above[0] !== at ? above[0] : undefined;
  }
  return undefined;
}

const NOT_NULL: Fact = { is: false, value: 0n };

/** What taking the edge from `block` to `next` says about a variable. */
function factOnEdge(block: Block, next: Block, variable: Var): Fact | undefined {
  const { end } = block;
  if (end?.op !== 'branch' || end.a !== variable || end.b.kind !== 'const' || end.yes === end.no) return undefined;
  if (variable.bits !== end.bits) return undefined;
  const holds = end.yes === next;
  const equal: CompareOp = holds ? 'eq' : 'ne';
  const differ: CompareOp = holds ? 'ne' : 'eq';
  if (end.operator === equal) return { is: true, value: end.b.value };
  return end.operator === differ ? { is: false, value: end.b.value } : undefined;
}

/** Sends the edge from `pred` past `block` to `target`, with the block's assignments made on the way. */
function redirect(fn: IrFunction, pred: Block, block: Block, target: Block): void {
  let to = target;
  if (block.instrs.length > 0) {
    to = newBlock(fn);
    to.instrs.push(...block.instrs.map((instr) => ({ ...instr })));
    to.end = { op: 'jump', to: target, span: block.end!.span };
  }
  retarget(pred, block, to);
}

function retarget(block: Block, from: Block, to: Block): void {
  const end = block.end!;
  if (end.op === 'jump') end.to = to;
  if (end.op !== 'branch') return;
  if (end.yes === from) end.yes = to;
  if (end.no === from) end.no = to;
  if (end.yes === end.no) block.end = { op: 'jump', to: end.yes, span: end.span };
}

/** Drops what cannot be reached, skips empty blocks and joins blocks that always follow each other. Not for SSA form. */
export function simplifyGraph(fn: IrFunction): void {
  refreshBlocks(fn);
  for (const block of fn.blocks) {
    for (const next of successors(block)) {
      let target = next;
      for (let hops = 0; hops < DEPTH_MAX && target.instrs.length === 0 && target.end?.op === 'jump'; hops++) {
        target = target.end.to;
      }
      if (target !== next) retarget(block, next, target);
    }
  }
  refreshBlocks(fn);
  const preds = predecessors(fn);
  const gone = new Set<Block>();
  for (const block of fn.blocks) {
    if (gone.has(block)) continue;
    while (block.end?.op === 'jump') {
      const next: Block = block.end.to;
      if (next === block || next === fn.entry || preds.get(next)!.length !== 1) break;
      block.instrs.push(...next.instrs);
      block.end = next.end!;
      gone.add(next);
    }
  }
  refreshBlocks(fn);
}
