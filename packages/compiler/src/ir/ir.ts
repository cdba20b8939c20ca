import type { AtomicOp } from '@sluice/ebpf';
import type { Span } from '../diagnostics/problem.ts';

/**
 * The intermediate representation: functions as graphs of basic blocks of three-address code.
 *
 * It is used in two forms. Lowering writes the first, in which a variable may be assigned many times. `toSsa` turns it
 * into the second: each variable has one definition, and phis stand at the heads of blocks.
 *
 * Invariant: a variable of 32 bits holds its value with the upper half of the register zero. An integer narrower than
 * 32 bits is held extended to 32 by its own sign.
 */

export interface Var {
  readonly kind: 'var';
  readonly id: number;
  /** 64 for pointers. */
  readonly bits: 32 | 64;
  readonly pointer: boolean;
  /** Known not to be null where it is defined. */
  readonly nonNull: boolean;
}

/** A number, as the low `bits` of whatever uses it: 0 ≤ value < 2^64. */
export interface Const {
  readonly kind: 'const';
  readonly value: bigint;
}

export type Operand = Var | Const;

export type BinaryOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'sdiv'
  | 'mod'
  | 'smod'
  | 'and'
  | 'or'
  | 'xor'
  | 'lsh'
  | 'rsh'
  | 'arsh';

export type CompareOp = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le' | 'sgt' | 'sge' | 'slt' | 'sle';

export type AccessBits = 8 | 16 | 32 | 64;

/** A variable's place on the stack. */
export interface Slot {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly align: number;
}

export type Instr = { span: Span } & (
  | { op: 'copy'; dst: Var; a: Operand }
  | { op: 'binary'; dst: Var; bits: 32 | 64; operator: BinaryOp; a: Operand; b: Operand }
  /** Low `from` bits, sign-extended to `bits`. */
  | { op: 'sext'; dst: Var; from: 8 | 16 | 32; bits: 32 | 64; a: Operand }
  /** Low `from` bits, the rest zero. */
  | { op: 'zext'; dst: Var; from: 8 | 16 | 32; a: Operand }
  /** Byte order of the low `bits` turned, the rest zero. */
  | { op: 'swap'; dst: Var; bits: 16 | 32 | 64; a: Operand }
  | { op: 'load'; dst: Var; bits: AccessBits; base: Operand; offset: number }
  | { op: 'store'; bits: AccessBits; base: Operand; offset: number; value: Operand }
  | {
      op: 'atomic';
      dst?: Var;
      operator: AtomicOp;
      bits: 32 | 64;
      base: Operand;
      offset: number;
      value: Operand;
      expected?: Operand;
    }
  /** Address of a stack slot, whose bytes are undefined from here on until stored to. */
  | { op: 'slot'; dst: Var; slot: Slot }
  | { op: 'address'; dst: Var; of: AddressOf }
  /** A helper's result is 64 bits (or a pointer, or nothing). */
  | { op: 'call'; dst?: Var; helper: number; args: Operand[] }
  | { op: 'invoke'; dst?: Var; callee: string; args: Operand[] }
  | { op: 'phi'; dst: Var; inputs: Map<Block, Operand> }
);

export type AddressOf =
  | { readonly kind: 'map'; readonly name: string }
  | { readonly kind: 'data'; readonly section: '.rodata' | '.bss'; readonly offset: number };

export type Terminator = { span: Span } & (
  | { op: 'jump'; to: Block }
  | { op: 'branch'; operator: CompareOp; bits: 32 | 64; a: Operand; b: Operand; yes: Block; no: Block }
  | { op: 'return'; value?: Operand }
);

export interface Block {
  readonly id: number;
  readonly instrs: Instr[];
  /** Absent only while the block is being written. */
  end?: Terminator;
}

export interface IrFunction {
  readonly name: string;
  readonly span: Span;
  readonly params: readonly Var[];
  readonly entry: Block;
  /** All blocks that can be reached; entry first. Refreshed by the passes that change the graph. */
  blocks: Block[];
  /** Next free number, for variables and blocks alike. */
  next: number;
}

export function constant(value: bigint | number, bits: 32 | 64 = 64): Const {
  return { kind: 'const', value: BigInt.asUintN(bits, BigInt(value)) };
}

export function newVar(fn: IrFunction, bits: 32 | 64): Var {
  return { kind: 'var', id: fn.next++, bits, pointer: false, nonNull: false };
}

export function newPointer(fn: IrFunction, nonNull: boolean): Var {
  return { kind: 'var', id: fn.next++, bits: 64, pointer: true, nonNull };
}

/** A variable of the same sort. */
export function likeVar(fn: IrFunction, like: Var): Var {
  return { ...like, id: fn.next++ };
}

export function newBlock(fn: IrFunction): Block {
  return { id: fn.next++, instrs: [] };
}
