import { type BasicBlock, successors } from './basic-blocks.ts';
import type { FlowFacts, Loop } from './loops.ts';

/** A stretch of blocks that a WebAssembly `block` or `loop` encloses: positions `start` … `end` (exclusive). */
export interface Scope {
  readonly kind: 'block' | 'loop';
  start: number;
  readonly end: number;
}

export interface Layout {
  /** Block numbers in the order they are emitted. */
  readonly order: readonly number[];
  /** Block number → its position; -1 for an unreachable block. */
  readonly position: Int32Array;
  /** Properly nested; outer ones first where they begin together. */
  readonly scopes: readonly Scope[];
}

/**
 * Lays the blocks of a reducible flow graph out so that all forward jumps go to the end of an enclosing `block` and all
 * backward ones to the start of an enclosing `loop`: each loop's blocks stand together, otherwise predecessors stand
 * before successors.
 */
export function layOut(blocks: readonly BasicBlock[], facts: FlowFacts): Layout {
  const order = contiguousOrder(blocks, facts);
  const position = new Int32Array(blocks.length).fill(-1);
  order.forEach((block, i) => {
    position[block] = i;
  });
  return { order, position, scopes: nest(blocks, facts, order, position) };
}

function contiguousOrder(blocks: readonly BasicBlock[], facts: FlowFacts): number[] {
  const { loops, isBackEdge } = facts;
  const innermost = new Map<number, Loop>();
  const headed = new Map<number, Loop>();
  const parent = new Map<Loop, Loop | undefined>();
  for (const loop of loops) {
    parent.set(loop, innermost.get(loop.header));
    headed.set(loop.header, loop);
    for (const block of loop.blocks) innermost.set(block, loop);
  }
  const waitingFor = new Int32Array(blocks.length);
  for (const from of facts.order) {
    for (const to of successors(blocks[from]!)) if (!isBackEdge(from, to)) waitingFor[to]!++;
  }
  // Ready blocks by the loop that must be open for them; a header belongs to the loop around its own.
  const ready = new Map<Loop | undefined, number[]>([[undefined, [0]]]);
  const open: { loop: Loop; left: number }[] = [];
  const order: number[] = [];
  while (order.length < facts.order.length) {
    const candidates = ready.get(open.at(-1)?.loop)!;
    const block = takeSmallest(candidates);
    order.push(block);
    const own = headed.get(block);
    if (own) open.push({ loop: own, left: own.blocks.size });
    for (const entry of open) entry.left--;
    while (open.at(-1)?.left === 0) open.pop();
    for (const to of successors(blocks[block]!)) {
      if (isBackEdge(block, to) || --waitingFor[to]! > 0) continue;
      const home = headed.has(to) ? parent.get(headed.get(to)!) : innermost.get(to);
      const list = ready.get(home);
      if (list) list.push(to);
      else ready.set(home, [to]);
    }
  }
  return order;
}

function takeSmallest(candidates: number[]): number {
  let best = 0;
  for (let i = 1; i < candidates.length; i++) if (candidates[i]! < candidates[best]!) best = i;
  return candidates.splice(best, 1)[0]!;
}

function nest(
  blocks: readonly BasicBlock[],
  facts: FlowFacts,
  order: readonly number[],
  position: Int32Array,
): readonly Scope[] {
  const earliest = new Map<number, number>();
  for (const [from, block] of order.entries()) {
    for (const target of successors(blocks[block]!)) {
      const to = position[target]!;
      if (to > from + 1 && !earliest.has(to)) earliest.set(to, from);
    }
  }
  const scopes: Scope[] = [...earliest].map(([end, start]) => ({ kind: 'block', start, end }));
  for (const loop of facts.loops) {
    const start = position[loop.header]!;
    scopes.push({ kind: 'loop', start, end: start + loop.blocks.size });
  }
  scopes.sort((a, b) => a.end - b.end || (a.kind === 'block' ? -1 : 1));
  // A block that would begin inside a scope ending before it begins where that scope does.
  const outermost = new Int32Array(order.length).fill(-1);
  for (const scope of scopes) {
    const cover = outermost[scope.start]!;
    if (scope.kind === 'block' && cover >= 0) scope.start = cover;
    for (let i = scope.start + 1; i < scope.end; i++) {
      if (outermost[i] === -1 || outermost[i]! > scope.start) outermost[i] = scope.start;
    }
  }
  return scopes.sort((a, b) => a.start - b.start || b.end - a.end || (a.kind === 'block' ? -1 : 1));
}
