import * as isa from '@sluice/ebpf';
import type { Span } from '../diagnostics/problem.ts';
import { FRAME, type MachineInstr } from './machine.ts';

/** Writes machine instructions, one block after the other. `span` marks what is written next. */
export class MachineWriter {
  span: Span;
  #out: MachineInstr[] = [];
  #next: number;

  /** `next`: the first virtual register that is free. */
  constructor(span: Span, next: number) {
    this.span = span;
    this.#next = next;
  }

  get next(): number {
    return this.#next;
  }

  /** Begins a block; returns what will hold its instructions. */
  begin(): MachineInstr[] {
    this.#out = [];
    return this.#out;
  }

  /** dst = value, 64 bits; in one slot where it fits. */
  constant(dst: number, value: bigint): void {
    const signed = BigInt.asIntN(64, value);
    const build =
      signed === BigInt.asIntN(32, value)
        ? (d: number) => isa.mov64Imm(d, Number(signed))
        : value <= 0xffffffffn
          ? (d: number) => isa.mov32Imm(d, Number(BigInt.asIntN(32, value)))
          : (d: number) => isa.lddw(d, value);
    this.emit({ dst, writesDst: true, build });
  }

  /** dst = src */
  move(dst: number, src: number): void {
    if (dst === src) return;
    this.emit({
      dst,
      src,
      writesDst: true,
      readsSrc: true,
      isMove: src !== FRAME,
      build: (d, s) => isa.mov64Reg(d, s),
    });
  }

  /** dst = dst op constant */
  immediate(dst: number, build: (dst: number) => isa.Instruction): void {
    this.emit({ dst, readsDst: true, writesDst: true, build });
  }

  /** dst = (dst) op src */
  two(dst: number, src: number, readsDst: boolean, build: (dst: number, src: number) => isa.Instruction): void {
    this.emit({ dst, src, readsDst, writesDst: true, readsSrc: true, build });
  }

  /** An instruction of which only what is unusual is given. */
  emit(instr: Partial<MachineInstr> & Pick<MachineInstr, 'build'>): void {
    this.#out.push({
      dst: 0,
      src: 0,
      readsDst: false,
      writesDst: false,
      readsSrc: false,
      writesSrc: false,
      alsoReads: [],
      alsoWrites: [],
      isMove: false,
      offset: 0,
      span: this.span,
      ...instr,
    });
  }

  /** A new virtual register. */
  virtual(): number {
    return this.#next++;
  }
}
