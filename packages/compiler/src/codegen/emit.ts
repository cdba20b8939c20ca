import type { FunctionReference, Instruction, JumpOp } from '@sluice/ebpf';
import * as isa from '@sluice/ebpf';
import type { Span } from '../diagnostics/problem.ts';
import type { Block } from '../ir/ir.ts';
import type { Frame } from './frame.ts';
import type { MachineBlock, MachineEnd, MachineFunction, MachineInstr } from './machine.ts';

/** A function's machine code. Slots count from its start. */
export interface EmittedFunction {
  readonly instructions: readonly Instruction[];
  readonly references: readonly FunctionReference[];
  /** Where code of another source line begins. */
  readonly lines: readonly { readonly slot: number; readonly span: Span }[];
}

const INVERTED: Partial<Record<JumpOp, JumpOp>> = {
  jeq: 'jne',
  jne: 'jeq',
  jgt: 'jle',
  jle: 'jgt',
  jge: 'jlt',
  jlt: 'jge',
  jsgt: 'jsle',
  jsle: 'jsgt',
  jsge: 'jslt',
  jslt: 'jsge',
};

/** Writes the blocks one after the other and resolves jumps between them. */
export function emit(fn: MachineFunction, frame: Frame): EmittedFunction {
  const blocks = skipEmpty(fn.blocks);
  const out: { instruction: Instruction; target?: Block; span: Span }[] = [];
  const references: FunctionReference[] = [];
  const starts = new Map<Block, number>();
  let slot = 0;
  const push = (instruction: Instruction, span: Span, target?: Block) => {
    out.push({ instruction, span, ...(target ? { target } : {}) });
    slot += isa.slotsOf(instruction);
  };
  blocks.forEach((entry, i) => {
    starts.set(entry.block, slot);
    for (const instr of entry.instrs) {
      if (instr.reference) references.push(referenceAt(instr, slot));
      push(instr.build(instr.dst, instr.src, offsetOf(instr, frame)), instr.span);
    }
    for (const { instruction, target } of ending(entry.end, blocks[i + 1]?.block))
      push(instruction, entry.span, target);
  });
  return { ...resolve(out, starts), references };
}

function resolve(
  out: readonly { instruction: Instruction; target?: Block; span: Span }[],
  starts: ReadonlyMap<Block, number>,
): Pick<EmittedFunction, 'instructions' | 'lines'> {
  const lines: { slot: number; span: Span }[] = [];
  const instructions: Instruction[] = [];
  let slot = 0;
  for (const { instruction, target, span } of out) {
    const last = lines.at(-1)?.span;
    if (!last || last.line !== span.line || last.file !== span.file) lines.push({ slot, span });
    slot += isa.slotsOf(instruction);
    if (!target) {
      instructions.push(instruction);
      continue;
    }
    const distance = starts.get(target)! - slot;
    if (Math.abs(distance) > 0x7fff) throw new Error(`a jump of ${distance} slots is too far`);
    instructions.push({ ...instruction, offset: distance });
  }
  return { instructions, lines };
}

function ending(end: MachineEnd, next: Block | undefined): { instruction: Instruction; target?: Block }[] {
  switch (end.op) {
    case 'exit':
      return [{ instruction: isa.exit() }];
    case 'jump':
      return end.to === next ? [] : [{ instruction: isa.ja(0), target: end.to }];
    case 'branch': {
      const jump = (operator: JumpOp): Instruction =>
        'register' in end.b
          ? isa.jmpReg(operator, end.a, end.b.register, 0, end.bits)
          : isa.jmpImm(operator, end.a, end.b.immediate, 0, end.bits);
      const inverted = INVERTED[end.operator];
      if (end.yes === next && inverted) return [{ instruction: jump(inverted), target: end.no }];
      const taken = { instruction: jump(end.operator), target: end.yes };
      return end.no === next ? [taken] : [taken, { instruction: isa.ja(0), target: end.no }];
    }
    default:
      return end satisfies never;
  }
}

/** Leaves out blocks that only jump on. */
function skipEmpty(blocks: readonly MachineBlock[]): MachineBlock[] {
  const onward = new Map<Block, Block>();
  for (const { block, instrs, end } of blocks) if (instrs.length === 0 && end.op === 'jump') onward.set(block, end.to);
  const final = (block: Block): Block => {
    let at = block;
    for (let hops = 0; hops < blocks.length && onward.has(at); hops++) at = onward.get(at)!;
    return at;
  };
  const entry = blocks[0]!.block;
  return blocks
    .filter(({ block }) => block === entry || !onward.has(block) || final(block) === block)
    .map((item) => {
      const { end } = item;
      if (end.op === 'jump') return { ...item, end: { ...end, to: final(end.to) } };
      return end.op === 'branch' ? { ...item, end: { ...end, yes: final(end.yes), no: final(end.no) } } : item;
    });
}

function offsetOf({ offset, frame: place }: MachineInstr, frame: Frame): number {
  if (!place) return offset;
  return 'spill' in place
    ? -(frame.size + 8 * (place.spill + 1))
    : frame.offsets.get(place.slot)! + place.offset + offset;
}

function referenceAt({ reference }: MachineInstr, slot: number): FunctionReference {
  return { ...reference!, slot };
}
