import * as isa from '@sluice/ebpf';
import type { Block } from '../ir/ir.ts';
import { colour } from './colour.ts';
import { buildInterference } from './interference.ts';
import { COLOURS, FRAME, type MachineBlock, type MachineFunction, type MachineInstr } from './machine.ts';

const ROUNDS_MAX = 30;

export interface Allocation {
  /** Number of 8-byte stack places that registers were spilled to. */
  readonly spills: number;
}

/** Replaces virtual registers by machine registers, keeping values on the stack where there are too many. */
export function allocate(fn: MachineFunction): Allocation {
  const weights = loopWeights(fn);
  const unspillable = new Set<number>();
  let spills = 0;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const graph = buildInterference(fn, weights);
    const original = new Map([...graph.neighbours].map(([register, set]) => [register, new Set(set)]));
    const { colours, spilled } = colour(graph, unspillable);
    if (spilled.length === 0) {
      rewrite(fn, colours);
      return { spills };
    }
    const places = new Map<number, number>();
    const members: number[][] = [];
    for (const register of spilled) {
      const adjacent = original.get(register);
      let place = members.findIndex((group) => group.every((other) => !adjacent?.has(other)));
      if (place < 0) place = members.push([]) - 1;
      members[place]!.push(register);
      places.set(register, spills + place);
    }
    spills += members.length;
    for (const entry of fn.blocks) spill(fn, entry, places, unspillable);
  }
  throw new Error(`registers of ${fn.name} cannot be allocated`);
}

/** Puts loads before reads and stores after writes of spilled registers. */
function spill(
  fn: MachineFunction,
  entry: MachineBlock,
  places: ReadonlyMap<number, number>,
  unspillable: Set<number>,
): void {
  const out: MachineInstr[] = [];
  const temporary = (): number => {
    const register = fn.next++;
    unspillable.add(register);
    return register;
  };
  const access = (register: number, place: number, span: MachineInstr['span'], load: boolean): MachineInstr => ({
    dst: load ? register : FRAME,
    src: load ? FRAME : register,
    readsDst: !load,
    writesDst: load,
    readsSrc: true,
    writesSrc: false,
    alsoReads: [],
    alsoWrites: [],
    isMove: false,
    offset: 0,
    frame: { spill: place },
    span,
    build: load ? (d, s, o) => isa.ldx(64, d, s, o) : (d, s, o) => isa.stx(64, d, o, s),
  });
  for (const instr of entry.instrs) {
    const dstPlace = instr.readsDst || instr.writesDst ? places.get(instr.dst) : undefined;
    const srcPlace = instr.readsSrc || instr.writesSrc ? places.get(instr.src) : undefined;
    if (dstPlace === undefined && srcPlace === undefined) {
      out.push(instr);
      continue;
    }
    const { dst, src } = instr;
    const newDst = dstPlace === undefined ? dst : temporary();
    const newSrc =
      srcPlace === undefined ? src : src === dst && dstPlace !== undefined && instr.readsDst ? newDst : temporary();
    if (dstPlace !== undefined && instr.readsDst) out.push(access(newDst, dstPlace, instr.span, true));
    if (srcPlace !== undefined && instr.readsSrc && newSrc !== newDst)
      out.push(access(newSrc, srcPlace, instr.span, true));
    instr.dst = newDst;
    instr.src = newSrc;
    out.push(instr);
    if (dstPlace !== undefined && instr.writesDst) out.push(access(newDst, dstPlace, instr.span, false));
    if (srcPlace !== undefined && instr.writesSrc) out.push(access(newSrc, srcPlace, instr.span, false));
  }
  const { end } = entry;
  if (end.op === 'branch') {
    const reload = (register: number): number => {
      const place = places.get(register);
      if (place === undefined) return register;
      const fresh = temporary();
      out.push(access(fresh, place, entry.span, true));
      return fresh;
    };
    end.a = reload(end.a);
    if ('register' in end.b) end.b = { register: reload(end.b.register) };
  }
  entry.instrs = out;
}

function rewrite(fn: MachineFunction, colours: ReadonlyMap<number, number>): void {
  // A register that is written and never read has no neighbours to speak of: any will do that nothing else needs.
  const machine = (register: number): number =>
    register < COLOURS || register === FRAME ? register : (colours.get(register) ?? 0);
  for (const entry of fn.blocks) {
    for (const instr of entry.instrs) {
      instr.dst = machine(instr.dst);
      instr.src = machine(instr.src);
    }
    entry.instrs = entry.instrs.filter((instr) => !(instr.isMove && instr.dst === instr.src));
    const { end } = entry;
    if (end.op === 'branch') {
      end.a = machine(end.a);
      if ('register' in end.b) end.b = { register: machine(end.b.register) };
    }
  }
}

/** What an instruction in a block costs: eight times more for each loop around it. */
function loopWeights(fn: MachineFunction): Map<Block, number> {
  const index = new Map(fn.blocks.map((entry, i) => [entry.block, i]));
  const weights = new Map<Block, number>(fn.blocks.map((entry) => [entry.block, 1]));
  fn.blocks.forEach((entry, from) => {
    const targets =
      entry.end.op === 'jump' ? [entry.end.to] : entry.end.op === 'branch' ? [entry.end.yes, entry.end.no] : [];
    for (const target of targets) {
      const to = index.get(target)!;
      if (to > from) continue;
      for (let i = to; i <= from; i++) {
        const { block } = fn.blocks[i]!;
        weights.set(block, Math.min(weights.get(block)! * 8, 4096));
      }
    }
  });
  return weights;
}
