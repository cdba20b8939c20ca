import type { Instruction, JumpOp } from '@sluice/ebpf';
import type { Span } from '../diagnostics/problem.ts';
import type { Block } from '../ir/ir.ts';
import type { FrameAddress } from './split.ts';

/**
 * Machine code before registers are given out. A register number is a machine register (0 to 10) or a virtual one
 * (FIRST_VIRTUAL and up).
 */
export const FIRST_VIRTUAL = 16;
/** Registers that can be given out: r0 to r9. */
export const COLOURS = 10;
export const FRAME = 10;
/** Registers that a call does not keep. */
export const CALL_CLOBBERS: readonly number[] = [0, 1, 2, 3, 4, 5];

export interface MachineInstr {
  dst: number;
  src: number;
  readonly readsDst: boolean;
  readonly writesDst: boolean;
  readonly readsSrc: boolean;
  /** A fetching atomic operation puts the old value there. */
  readonly writesSrc: boolean;
  /** Machine registers read and written besides. */
  readonly alsoReads: readonly number[];
  readonly alsoWrites: readonly number[];
  /** Only copies src to dst. */
  readonly isMove: boolean;
  /** Offset of a memory access, or amount added to the frame pointer. */
  readonly offset: number;
  /** The offset counts from this place on the stack. */
  readonly frame?: FrameAddress | { readonly spill: number };
  readonly reference?: MachineReference;
  readonly span: Span;
  readonly build: (dst: number, src: number, offset: number) => Instruction;
}

export type MachineReference =
  | { readonly kind: 'map'; readonly map: string }
  | { readonly kind: 'data'; readonly section: '.rodata' | '.bss'; readonly offset: number }
  | { readonly kind: 'call'; readonly function: string };

export type MachineEnd =
  | { readonly op: 'jump'; readonly to: Block }
  | {
      readonly op: 'branch';
      readonly operator: JumpOp;
      readonly bits: 32 | 64;
      a: number;
      /** A register, or an immediate. */
      b: { register: number } | { immediate: number };
      readonly yes: Block;
      readonly no: Block;
    }
  | { readonly op: 'exit' };

export interface MachineBlock {
  readonly block: Block;
  instrs: MachineInstr[];
  end: MachineEnd;
  readonly span: Span;
}

export interface MachineFunction {
  readonly name: string;
  readonly blocks: MachineBlock[];
  /** Next free virtual register. */
  next: number;
}

/** Registers an instruction reads. */
export function reads(instr: MachineInstr): number[] {
  const result = [...instr.alsoReads];
  if (instr.readsDst) result.push(instr.dst);
  if (instr.readsSrc) result.push(instr.src);
  return result.filter((register) => register !== FRAME);
}

/** Registers an instruction writes. */
export function writes(instr: MachineInstr): number[] {
  const result = [...instr.alsoWrites];
  if (instr.writesDst) result.push(instr.dst);
  if (instr.writesSrc) result.push(instr.src);
  return result;
}

export function endReads(end: MachineEnd): number[] {
  switch (end.op) {
    case 'branch':
      return ('register' in end.b ? [end.a, end.b.register] : [end.a]).filter((register) => register !== FRAME);
    case 'exit':
      return [0];
    case 'jump':
      return [];
    default:
      return end satisfies never;
  }
}

export function endTargets(end: MachineEnd): Block[] {
  return end.op === 'jump' ? [end.to] : end.op === 'branch' ? [end.yes, end.no] : [];
}
