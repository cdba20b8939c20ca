import type { Block, IrFunction, Slot, Var } from '../ir/ir.ts';
import { assigned, operands, successors } from '../ir/walk.ts';

/** Where each stack variable lies, as offsets from the frame pointer (negative). */
export interface Frame {
  readonly offsets: ReadonlyMap<number, number>;
  /** Bytes, a multiple of 8. */
  readonly size: number;
}

/** Gives stack variables their places; those that are never needed at the same time share one. */
export function layOutFrame(fn: IrFunction): Frame {
  const slots = new Map<number, Slot>();
  for (const block of fn.blocks) {
    for (const instr of block.instrs) if (instr.op === 'slot') slots.set(instr.slot.id, instr.slot);
  }
  const conflicts = findConflicts(fn, pointsTo(fn));
  const tops = new Map<number, number>();
  let size = 0;
  for (const slot of [...slots.values()].sort((a, b) => b.size - a.size || a.id - b.id)) {
    const bytes = Math.ceil(slot.size / 8) * 8;
    const taken = [...(conflicts.get(slot.id) ?? [])]
      .filter((other) => tops.has(other))
      .map((other) => ({ from: tops.get(other)! - Math.ceil(slots.get(other)!.size / 8) * 8, to: tops.get(other)! }))
      .sort((a, b) => a.from - b.from);
    let from = 0;
    for (const range of taken) if (range.from < from + bytes && range.to > from) from = range.to;
    tops.set(slot.id, from + bytes);
    size = Math.max(size, from + bytes);
  }
  return { offsets: new Map([...tops].map(([id, top]) => [id, -top])), size };
}

/** Which stack variables each pointer may point to. */
function pointsTo(fn: IrFunction): Map<Var, Set<number>> {
  const result = new Map<Var, Set<number>>();
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of fn.blocks) {
      for (const instr of block.instrs) {
        const dst = assigned(instr);
        if (!dst || (instr.op !== 'slot' && instr.op !== 'copy' && instr.op !== 'binary')) continue;
        const targets =
          instr.op === 'slot'
            ? [instr.slot.id]
            : operands(instr).flatMap((o) => (o.kind === 'var' ? [...(result.get(o) ?? [])] : []));
        const known = result.get(dst) ?? new Set();
        for (const target of targets) {
          if (known.has(target)) continue;
          known.add(target);
          result.set(dst, known);
          changed = true;
        }
      }
    }
  }
  return result;
}

function findConflicts(fn: IrFunction, targets: ReadonlyMap<Var, ReadonlySet<number>>): Map<number, Set<number>> {
  const liveIn = new Map<Block, Set<number>>(fn.blocks.map((block) => [block, new Set()]));
  const conflicts = new Map<number, Set<number>>();
  const connect = (live: ReadonlySet<number>) => {
    for (const a of live) {
      let set = conflicts.get(a);
      if (!set) {
        set = new Set();
        conflicts.set(a, set);
      }
      for (const b of live) if (a !== b) set.add(b);
    }
  };
  const through = (block: Block, note: boolean): Set<number> => {
    const live = new Set<number>();
    for (const next of successors(block)) for (const slot of liveIn.get(next)!) live.add(slot);
    const use = (variables: ReturnType<typeof operands>) => {
      for (const v of variables) if (v.kind === 'var') for (const slot of targets.get(v) ?? []) live.add(slot);
      if (note) connect(live);
    };
    use(operands(block.end!));
    for (let i = block.instrs.length - 1; i >= 0; i--) {
      const instr = block.instrs[i]!;
      use(operands(instr));
      if (instr.op === 'slot') live.delete(instr.slot.id);
    }
    return live;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = fn.blocks.length - 1; i >= 0; i--) {
      const block = fn.blocks[i]!;
      const live = through(block, false);
      if (live.size !== liveIn.get(block)!.size) {
        liveIn.set(block, live);
        changed = true;
      }
    }
  }
  for (const block of fn.blocks) through(block, true);
  return conflicts;
}
