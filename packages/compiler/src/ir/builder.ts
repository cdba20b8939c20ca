import type { AtomicOp } from '@sluice/ebpf';
import type { Span } from '../diagnostics/problem.ts';
import { foldBinary, foldCompare, foldSwap } from './fold.ts';
import {
  type AccessBits,
  type AddressOf,
  type BinaryOp,
  type Block,
  type CompareOp,
  constant,
  type IrFunction,
  newBlock,
  newPointer,
  newVar,
  type Operand,
  type Slot,
  type Var,
} from './ir.ts';

/** Writes a function block by block. What is known already is folded at once. `span` marks what is written next. */
export class Builder {
  readonly fn: IrFunction;
  span: Span;
  #block: Block;
  #slots = 0;

  constructor(name: string, span: Span, params: readonly { bits: 32 | 64; pointer: boolean }[]) {
    let next = 0;
    const vars = params.map(({ bits, pointer }): Var => ({ kind: 'var', id: next++, bits, pointer, nonNull: false }));
    const entry: Block = { id: next++, instrs: [] };
    this.fn = { name, span, params: vars, entry, blocks: [entry], next };
    this.span = span;
    this.#block = entry;
  }

  get block(): Block {
    return this.#block;
  }

  newBlock(): Block {
    return newBlock(this.fn);
  }

  /** Goes on writing in that block. */
  enter(block: Block): void {
    this.#block = block;
  }

  /** False after a return or a jump: what follows cannot be reached. */
  get open(): boolean {
    return this.#block.end === undefined;
  }

  variable(bits: 32 | 64): Var {
    return newVar(this.fn, bits);
  }

  pointer(nonNull: boolean): Var {
    return newPointer(this.fn, nonNull);
  }

  assign(dst: Var, a: Operand): void {
    this.#block.instrs.push({ op: 'copy', dst, a, span: this.span });
  }

  binary(operator: BinaryOp, bits: 32 | 64, a: Operand, b: Operand): Operand {
    if (a.kind === 'const' && b.kind === 'const') return constant(foldBinary(operator, bits, a.value, b.value), bits);
    const dst = this.variable(bits);
    this.#block.instrs.push({ op: 'binary', dst, bits, operator, a, b, span: this.span });
    return dst;
  }

  /** `base` plus a number of bytes, a pointer again. */
  advance(base: Operand, by: Operand): Operand {
    if (by.kind === 'const' && by.value === 0n) return base;
    const dst = this.pointer(true);
    this.#block.instrs.push({ op: 'binary', dst, bits: 64, operator: 'add', a: base, b: by, span: this.span });
    return dst;
  }

  zext(from: 8 | 16 | 32, a: Operand): Operand {
    if (a.kind === 'const') return constant(BigInt.asUintN(from, a.value), 32);
    const dst = this.variable(32);
    this.#block.instrs.push({ op: 'zext', dst, from, a, span: this.span });
    return dst;
  }

  sext(from: 8 | 16 | 32, bits: 32 | 64, a: Operand): Operand {
    if (a.kind === 'const') return constant(BigInt.asIntN(from, a.value), bits);
    const dst = this.variable(bits);
    this.#block.instrs.push({ op: 'sext', dst, from, bits, a, span: this.span });
    return dst;
  }

  /** A 32-bit value as 64 bits. Its upper half is zero already, which the verifier may have to be told. */
  widen(a: Operand): Operand {
    if (a.kind === 'const') return a;
    const dst = this.variable(64);
    this.#block.instrs.push({ op: 'zext', dst, from: 32, a, span: this.span });
    return dst;
  }

  swap(bits: 16 | 32 | 64, a: Operand): Operand {
    if (a.kind === 'const') return constant(foldSwap(bits, a.value));
    const dst = this.variable(bits === 64 ? 64 : 32);
    this.#block.instrs.push({ op: 'swap', dst, bits, a, span: this.span });
    return dst;
  }

  load(bits: AccessBits, base: Operand, offset: number): Var {
    const dst = this.variable(bits === 64 ? 64 : 32);
    this.#block.instrs.push({ op: 'load', dst, bits, base, offset, span: this.span });
    return dst;
  }

  /** A load that yields a pointer: the context's `data` and `data_end`. */
  loadPointer(bits: AccessBits, base: Operand, offset: number): Var {
    const dst = this.pointer(true);
    this.#block.instrs.push({ op: 'load', dst, bits, base, offset, span: this.span });
    return dst;
  }

  store(bits: AccessBits, base: Operand, offset: number, value: Operand): void {
    this.#block.instrs.push({ op: 'store', bits, base, offset, value, span: this.span });
  }

  atomic(
    operator: AtomicOp,
    bits: 32 | 64,
    base: Operand,
    offset: number,
    value: Operand,
    more: { fetch: boolean; expected?: Operand },
  ): Operand | undefined {
    const dst = more.fetch ? this.variable(bits) : undefined;
    this.#block.instrs.push({
      op: 'atomic',
      ...(dst ? { dst } : {}),
      operator,
      bits,
      base,
      offset,
      value,
      ...(more.expected ? { expected: more.expected } : {}),
      span: this.span,
    });
    return dst;
  }

  /** A new variable on the stack; its bytes are undefined. */
  slot(name: string, size: number, align: number): Var {
    const slot: Slot = { id: this.#slots++, name, size, align };
    const dst = this.pointer(true);
    this.#block.instrs.push({ op: 'slot', dst, slot, span: this.span });
    return dst;
  }

  address(of: AddressOf): Var {
    const dst = this.pointer(true);
    this.#block.instrs.push({ op: 'address', dst, of, span: this.span });
    return dst;
  }

  call(helper: number, args: Operand[], result: Var | undefined): void {
    this.#block.instrs.push({ op: 'call', ...(result ? { dst: result } : {}), helper, args, span: this.span });
  }

  invoke(callee: string, args: Operand[], result: Var | undefined): void {
    this.#block.instrs.push({ op: 'invoke', ...(result ? { dst: result } : {}), callee, args, span: this.span });
  }

  jump(to: Block): void {
    if (this.open) this.#block.end = { op: 'jump', to, span: this.span };
  }

  branch(operator: CompareOp, bits: 32 | 64, a: Operand, b: Operand, yes: Block, no: Block): void {
    if (!this.open) return;
    if (a.kind === 'const' && b.kind === 'const') {
      this.jump(foldCompare(operator, bits, a.value, b.value) ? yes : no);
    } else {
      this.#block.end = { op: 'branch', operator, bits, a, b, yes, no, span: this.span };
    }
  }

  return(value?: Operand): void {
    if (this.open) this.#block.end = { op: 'return', ...(value ? { value } : {}), span: this.span };
  }
}
