import type { Block } from '../ir/ir.ts';
import {
  COLOURS,
  endReads,
  endTargets,
  type MachineBlock,
  type MachineFunction,
  type MachineInstr,
  reads,
  writes,
} from './machine.ts';

/** Registers live after each block. */
export function machineLiveness(fn: MachineFunction): Map<Block, Set<number>> {
  const liveIn = new Map<Block, Set<number>>();
  const liveOut = new Map<Block, Set<number>>();
  for (const { block } of fn.blocks) {
    liveIn.set(block, new Set());
    liveOut.set(block, new Set());
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = fn.blocks.length - 1; i >= 0; i--) {
      const entry = fn.blocks[i]!;
      const out = liveOut.get(entry.block)!;
      for (const next of endTargets(entry.end)) for (const register of liveIn.get(next)!) out.add(register);
      const live = new Set(out);
      walkBack(entry, live, () => {});
      const before = liveIn.get(entry.block)!;
      if (live.size !== before.size) {
        liveIn.set(entry.block, live);
        changed = true;
      }
    }
  }
  return liveOut;
}

/** Goes through a block from its end, keeping `live` as what is live after the instruction handed to `visit`. */
export function walkBack(entry: MachineBlock, live: Set<number>, visit: (instr: MachineInstr) => void): void {
  for (const register of endReads(entry.end)) live.add(register);
  for (let i = entry.instrs.length - 1; i >= 0; i--) {
    const instr = entry.instrs[i]!;
    visit(instr);
    for (const register of writes(instr)) live.delete(register);
    for (const register of reads(instr)) live.add(register);
  }
}

export interface Interference {
  /** For each virtual register, those it cannot share a machine register with. */
  readonly neighbours: Map<number, Set<number>>;
  readonly moves: MachineInstr[];
  /** Estimated cost of keeping a register's value on the stack. */
  readonly cost: Map<number, number>;
}

export function buildInterference(fn: MachineFunction, weights: ReadonlyMap<Block, number>): Interference {
  const neighbours = new Map<number, Set<number>>();
  const moves: MachineInstr[] = [];
  const cost = new Map<number, number>();
  const node = (register: number): Set<number> => {
    let set = neighbours.get(register);
    if (!set) {
      set = new Set();
      neighbours.set(register, set);
    }
    return set;
  };
  const connect = (a: number, b: number): void => {
    if (a === b || (a < COLOURS && b < COLOURS)) return;
    node(a).add(b);
    node(b).add(a);
  };
  const liveOut = machineLiveness(fn);
  for (const entry of fn.blocks) {
    const weight = weights.get(entry.block) ?? 1;
    const pay = (register: number) => cost.set(register, (cost.get(register) ?? 0) + weight);
    for (const register of endReads(entry.end)) pay(register);
    const live = new Set(liveOut.get(entry.block));
    walkBack(entry, live, (instr) => {
      const written = writes(instr);
      for (const register of [...reads(instr), ...written]) pay(register);
      for (const register of written) if (register >= COLOURS) node(register);
      if (instr.isMove) moves.push(instr);
      for (const target of written) {
        for (const register of live) if (!(instr.isMove && register === instr.src)) connect(target, register);
        for (const other of written) connect(target, other);
      }
    });
  }
  return { neighbours, moves, cost };
}
