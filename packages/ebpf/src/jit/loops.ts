import { type BasicBlock, successors } from './basic-blocks.ts';

/** A natural loop: its header, which every way in passes, and all its blocks. */
export interface Loop {
  readonly header: number;
  readonly blocks: ReadonlySet<number>;
}

export interface FlowFacts {
  /** Reachable blocks in reverse postorder. */
  readonly order: readonly number[];
  /** Edges `from → to` that close a loop, by `from`. */
  readonly isBackEdge: (from: number, to: number) => boolean;
  /** Outer loops before inner ones. */
  readonly loops: readonly Loop[];
}

/**
 * Finds reachable blocks and natural loops; undefined where a loop has two ways in (irreducible flow).
 *
 * Dominators as in Cooper, Harvey, Kennedy, "A Simple, Fast Dominance Algorithm".
 */
export function analyseFlow(blocks: readonly BasicBlock[]): FlowFacts | undefined {
  const order = reversePostorder(blocks);
  const rank = new Int32Array(blocks.length).fill(-1);
  order.forEach((block, i) => {
    rank[block] = i;
  });
  const predecessors: number[][] = blocks.map(() => []);
  for (const block of order) for (const to of successors(blocks[block]!)) predecessors[to]!.push(block);
  const dominator = dominators(order, rank, predecessors);
  const dominates = (a: number, b: number): boolean => {
    let at = b;
    while (rank[at]! > rank[a]!) at = dominator[at]!;
    return at === a;
  };

  const bodies = new Map<number, Set<number>>();
  for (const from of order) {
    for (const to of successors(blocks[from]!)) {
      if (rank[to]! > rank[from]!) continue;
      if (!dominates(to, from)) return undefined;
      const body = bodies.get(to) ?? new Set([to]);
      bodies.set(to, body);
      collect(body, from, predecessors);
    }
  }
  return {
    order,
    isBackEdge: (from, to) => rank[to]! <= rank[from]!,
    loops: [...bodies]
      .map(([header, body]) => ({ header, blocks: body }))
      .sort((a, b) => b.blocks.size - a.blocks.size),
  };
}

function reversePostorder(blocks: readonly BasicBlock[]): number[] {
  const seen = new Uint8Array(blocks.length);
  const postorder: number[] = [];
  const stack: { block: number; pending: number[] }[] = [{ block: 0, pending: successors(blocks[0]!) }];
  seen[0] = 1;
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const next = top.pending.pop();
    if (next === undefined) {
      postorder.push(top.block);
      stack.pop();
    } else if (!seen[next]) {
      seen[next] = 1;
      stack.push({ block: next, pending: successors(blocks[next]!) });
    }
  }
  return postorder.reverse();
}

function dominators(order: readonly number[], rank: Int32Array, predecessors: readonly number[][]): Int32Array {
  const dominator = new Int32Array(rank.length).fill(-1);
  dominator[0] = 0;
  const meet = (a: number, b: number): number => {
    let x = a;
    let y = b;
    while (x !== y) {
      while (rank[x]! > rank[y]!) x = dominator[x]!;
      while (rank[y]! > rank[x]!) y = dominator[y]!;
    }
    return x;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of order) {
      if (block === 0) continue;
      let best = -1;
      for (const from of predecessors[block]!) {
        if (dominator[from] === -1) continue;
        best = best === -1 ? from : meet(best, from);
      }
      if (dominator[block] !== best) {
        dominator[block] = best;
        changed = true;
      }
    }
  }
  return dominator;
}

/** Adds to a loop's body all blocks that reach `from` without passing the header. */
function collect(body: Set<number>, from: number, predecessors: readonly number[][]): void {
  const pending = [from];
  for (let block = pending.pop(); block !== undefined; block = pending.pop()) {
    if (body.has(block)) continue;
    body.add(block);
    pending.push(...predecessors[block]!);
  }
}
