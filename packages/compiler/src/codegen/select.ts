import * as isa from '@sluice/ebpf';
import {
  type Block,
  constant,
  type Instr,
  type IrFunction,
  type Operand,
  type Terminator,
  type Var,
} from '../ir/ir.ts';
import { operands } from '../ir/walk.ts';
import { rootOf } from '../optimise/alias.ts';
import type { Definitions } from '../optimise/range.ts';
import {
  CALL_CLOBBERS,
  FIRST_VIRTUAL,
  FRAME,
  type MachineBlock,
  type MachineEnd,
  type MachineFunction,
  type MachineInstr,
} from './machine.ts';
import { MachineWriter } from './machine-writer.ts';
import { immediateOf, singleDefinitions } from './operands.ts';
import { type FrameAddress, frameAddress } from './split.ts';

/** Chooses machine instructions for a function that has left SSA form; `contexts` as in `optimise`. */
export function select(fn: IrFunction, contexts: ReadonlySet<Var>): MachineFunction {
  return new Selector(fn, contexts).run();
}

class Selector {
  readonly #fn: IrFunction;
  readonly #contexts: ReadonlySet<Var>;
  readonly #defs: Definitions;
  readonly #useCounts = new Map<Var, number>();
  /** Computed by the branch that uses them instead. */
  readonly #skipped = new Set<Instr>();
  readonly #write: MachineWriter;

  constructor(fn: IrFunction, contexts: ReadonlySet<Var>) {
    this.#fn = fn;
    this.#contexts = contexts;
    this.#defs = singleDefinitions(fn);
    this.#write = new MachineWriter(fn.span, FIRST_VIRTUAL + fn.next);
    for (const block of fn.blocks) {
      for (const node of [...block.instrs, block.end!]) {
        for (const operand of operands(node)) {
          if (operand.kind === 'var') this.#useCounts.set(operand, (this.#useCounts.get(operand) ?? 0) + 1);
        }
      }
    }
    for (const block of fn.blocks) {
      const test = this.#bitTest(block);
      if (test) this.#skipped.add(test);
    }
  }

  run(): MachineFunction {
    const blocks = this.#fn.blocks.map((block): MachineBlock => {
      const instrs = this.#write.begin();
      this.#write.span = block.instrs[0]?.span ?? block.end!.span;
      if (block === this.#fn.entry) {
        this.#fn.params.forEach((param, i) => {
          this.#write.move(this.#register(param), i + 1);
        });
      }
      for (const instr of block.instrs) {
        this.#write.span = instr.span;
        if (!this.#skipped.has(instr)) this.#instr(instr);
      }
      this.#write.span = block.end!.span;
      const end = this.#end(block, block.end!);
      return { block, instrs, end, span: block.end!.span };
    });
    return { name: this.#fn.name, blocks, next: this.#write.next };
  }

  #instr(instr: Instr): void {
    switch (instr.op) {
      case 'copy':
        this.#set(this.#register(instr.dst), instr.a, instr.dst.bits);
        return;
      case 'binary':
        this.#binary(instr);
        return;
      case 'zext': {
        const dst = this.#register(instr.dst);
        const a = this.#value(instr.a);
        if (instr.from === 32) {
          this.#write.two(dst, a, false, (d, s) => isa.mov32Reg(d, s));
          return;
        }
        this.#write.move(dst, a);
        this.#write.immediate(dst, (d) => isa.alu64Imm('and', d, 2 ** instr.from - 1));
        return;
      }
      case 'sext': {
        const dst = this.#register(instr.dst);
        this.#write.move(dst, this.#value(instr.a));
        const shift = instr.bits - instr.from;
        this.#write.immediate(dst, (d) => isa.aluImm('lsh', instr.bits, d, shift));
        this.#write.immediate(dst, (d) => isa.aluImm('arsh', instr.bits, d, shift));
        return;
      }
      case 'swap': {
        const dst = this.#register(instr.dst);
        this.#write.move(dst, this.#value(instr.a));
        this.#write.immediate(dst, (d) => isa.endian('be', instr.bits, d));
        return;
      }
      case 'load': {
        const { bits } = instr;
        const { register, offset, frame } = this.#address(instr.base, instr.offset);
        this.#write.emit({
          dst: this.#register(instr.dst),
          src: register,
          writesDst: true,
          readsSrc: true,
          offset,
          ...frame,
          build: (d, s, o) => isa.ldx(bits, d, s, o),
        });
        return;
      }
      case 'store':
        this.#store(instr);
        return;
      case 'atomic':
        this.#atomic(instr);
        return;
      case 'slot':
      case 'address':
        // Made anew wherever it is used: that is cheaper than keeping it.
        return;
      case 'call': {
        const id = instr.helper;
        this.#call(instr, {}, () => isa.call(id));
        return;
      }
      case 'invoke':
        this.#call(instr, { reference: { kind: 'call', function: instr.callee } }, () => isa.callLocal(0));
        return;
      case 'phi':
        throw new Error('a phi is left after SSA form');
      default:
        instr satisfies never;
    }
  }

  #binary(instr: Extract<Instr, { op: 'binary' }>): void {
    const { bits, operator, a, b } = instr;
    const dst = this.#register(instr.dst);
    if (this.#frame(instr.dst)) return;
    if (operator === 'sub' && a.kind === 'const' && BigInt.asUintN(bits, a.value) === 0n) {
      this.#write.move(dst, this.#value(b));
      this.#write.immediate(dst, (d) => isa.neg(bits, d));
      return;
    }
    const immediate = immediateOf(b, bits);
    if (immediate !== undefined) {
      this.#set(dst, a, bits);
      this.#write.immediate(dst, (d) => isa.aluImm(operator, bits, d, immediate));
      return;
    }
    // The second operand is read after the first was put into dst: they must not be the same register.
    const second = this.#value(b);
    if (second === dst) {
      const aside = this.#write.virtual();
      this.#write.move(aside, second);
      this.#set(dst, a, bits);
      this.#write.two(dst, aside, true, (d, s) => isa.aluReg(operator, bits, d, s));
      return;
    }
    this.#set(dst, a, bits);
    this.#write.two(dst, second, true, (d, s) => isa.aluReg(operator, bits, d, s));
  }

  #store(instr: Extract<Instr, { op: 'store' }>): void {
    const { bits, value } = instr;
    const { register, offset, frame } = this.#address(instr.base, instr.offset);
    const immediate = immediateOf(value, bits === 64 ? 64 : 32);
    // Old kernels refuse immediate stores to the context.
    const toContext = rootOf(this.#fn, this.#contexts, this.#defs, instr.base).kind === 'context';
    if (immediate !== undefined && !toContext) {
      this.#write.emit({
        dst: register,
        readsDst: true,
        offset,
        ...frame,
        build: (d, _, o) => isa.st(bits, d, o, immediate),
      });
      return;
    }
    const src = this.#value(value);
    this.#write.emit({
      dst: register,
      readsDst: true,
      src,
      readsSrc: true,
      offset,
      ...frame,
      build: (d, s, o) => isa.stx(bits, d, o, s),
    });
  }

  #atomic(instr: Extract<Instr, { op: 'atomic' }>): void {
    const { operator, bits, dst } = instr;
    const { register, offset, frame } = this.#address(instr.base, instr.offset);
    const place = { dst: register, readsDst: true, offset, ...frame };
    if (operator === 'cmpxchg') {
      const src = this.#value(instr.value);
      this.#set(0, instr.expected!, bits);
      this.#write.emit({
        ...place,
        src,
        readsSrc: true,
        alsoReads: [0],
        alsoWrites: [0],
        build: (d, s, o) => isa.atomic(operator, bits, d, o, s, true),
      });
      if (dst) this.#write.move(this.#register(dst), 0);
      return;
    }
    const fetch = dst !== undefined || operator === 'xchg';
    const src = this.#write.virtual();
    this.#set(src, instr.value, bits);
    const build: MachineInstr['build'] = (d, s, o) => isa.atomic(operator, bits, d, o, s, fetch);
    this.#write.emit({ ...place, src, readsSrc: true, writesSrc: fetch, build });
    if (dst) this.#write.move(this.#register(dst), src);
  }

  #call(
    instr: Extract<Instr, { op: 'call' | 'invoke' }>,
    more: Pick<Partial<MachineInstr>, 'reference'>,
    build: MachineInstr['build'],
  ): void {
    instr.args.forEach((argument, i) => {
      this.#set(i + 1, argument, 64);
    });
    const alsoReads = instr.args.map((_, i) => i + 1);
    this.#write.emit({ alsoReads, alsoWrites: CALL_CLOBBERS, ...more, build });
    if (instr.dst && this.#useCounts.has(instr.dst)) this.#write.move(this.#register(instr.dst), 0);
  }

  #end(block: Block, end: Terminator): MachineEnd {
    switch (end.op) {
      case 'jump':
        return { op: 'jump', to: end.to };
      case 'return':
        this.#set(0, end.value ?? constant(0n), 64);
        return { op: 'exit' };
      case 'branch': {
        const test = this.#bitTest(block);
        if (test) {
          const swapped = end.operator === 'eq';
          return {
            op: 'branch',
            operator: 'jset',
            bits: test.bits,
            a: this.#value(test.a),
            b: this.#second(test.b, test.bits),
            yes: swapped ? end.no : end.yes,
            no: swapped ? end.yes : end.no,
          };
        }
        return {
          op: 'branch',
          operator: `j${end.operator}`,
          bits: end.bits,
          a: this.#value(end.a),
          b: this.#second(end.b, end.bits),
          yes: end.yes,
          no: end.no,
        };
      }
      default:
        return end satisfies never;
    }
  }

  /** The `and` whose result the block only compares with 0, as its last act. */
  #bitTest(block: Block): Extract<Instr, { op: 'binary' }> | undefined {
    const { end } = block;
    const last = block.instrs.at(-1);
    if (end?.op !== 'branch' || last?.op !== 'binary' || last.operator !== 'and' || last.dst !== end.a)
      return undefined;
    const zero = end.b.kind === 'const' && end.b.value === 0n && (end.operator === 'eq' || end.operator === 'ne');
    return zero && last.bits === end.bits && this.#useCounts.get(last.dst) === 1 ? last : undefined;
  }

  #second(operand: Operand, bits: 32 | 64): { register: number } | { immediate: number } {
    const immediate = immediateOf(operand, bits);
    return immediate === undefined ? { register: this.#value(operand) } : { immediate };
  }

  /** The register for a memory access, and the offset from it. */
  #address(base: Operand, offset: number): { register: number; offset: number; frame: { frame?: FrameAddress } } {
    const frame = this.#frame(base);
    return frame ? { register: FRAME, offset, frame: { frame } } : { register: this.#value(base), offset, frame: {} };
  }

  /** A register that holds the operand. */
  #value(operand: Operand): number {
    if (operand.kind === 'var' && !this.#isRemade(operand)) return this.#register(operand);
    const register = this.#write.virtual();
    this.#set(register, operand, 64);
    return register;
  }

  /** dst = operand */
  #set(dst: number, operand: Operand, bits: 32 | 64): void {
    if (operand.kind === 'const') {
      this.#write.constant(dst, BigInt.asUintN(bits, operand.value));
      return;
    }
    const frame = this.#frame(operand);
    if (frame) {
      this.#write.move(dst, FRAME);
      this.#write.emit({
        dst,
        readsDst: true,
        writesDst: true,
        frame,
        build: (d, _, o) => isa.alu64Imm('add', d, o),
      });
      return;
    }
    const def = this.#defs.get(operand);
    if (def?.op !== 'address') {
      this.#write.move(dst, this.#register(operand));
      return;
    }
    const { of } = def;
    const reference = of.kind === 'map' ? { kind: 'map' as const, map: of.name } : of;
    const build = of.kind === 'map' ? (d: number) => isa.lddwMap(d) : (d: number) => isa.lddwMapValue(d, of.offset);
    this.#write.emit({ dst, writesDst: true, reference, build });
  }

  #frame(operand: Operand): FrameAddress | undefined {
    return frameAddress(this.#defs, operand);
  }

  #isRemade(variable: Var): boolean {
    return this.#frame(variable) !== undefined || this.#defs.get(variable)?.op === 'address';
  }

  #register(variable: Var): number {
    return FIRST_VIRTUAL + variable.id;
  }
}
