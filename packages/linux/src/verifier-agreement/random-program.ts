import {
  aluImm,
  aluReg,
  atomic,
  call,
  callLocal,
  encode,
  endian,
  exit,
  type Instruction,
  jmpImm,
  jmpReg,
  lddw,
  lddwMap,
  lddwMapValue,
  ldx,
  ldxs,
  type MapReference,
  type MapSpec,
  mov64Imm,
  mov64Reg,
  movsx,
  neg,
  slotsOf,
  st,
  stx,
  type VerifierInput,
} from '@sluice/ebpf';
import type { Chance } from './chance.ts';
import { mutate } from './mutate.ts';
import { ARRAY, HASH, RING } from './random-maps.ts';

const ALU = [
  'add',
  'sub',
  'mul',
  'div',
  'sdiv',
  'mod',
  'smod',
  'or',
  'and',
  'xor',
  'lsh',
  'rsh',
  'arsh',
  'mov',
] as const;
const TRACKED = ['add', 'sub', 'mul', 'or', 'and', 'xor', 'lsh', 'rsh', 'arsh'] as const;
const JUMP = ['jeq', 'jne', 'jgt', 'jge', 'jlt', 'jle', 'jsgt', 'jsge', 'jslt', 'jsle', 'jset'] as const;
const SIZES = [8, 16, 32, 64] as const;
const CONSTANTS = [
  0, 1, -1, 2, 3, 7, 8, 15, 16, 31, 32, 33, 63, 64, 127, 128, 255, 256, -2, -8, -16, 0x7fff, 0xffff, 0x7fffffff,
  -0x80000000,
];
/** Registers that hold numbers; r6 holds the context, r7 a map value, r8 the packet, r9 its end. */
const NUMBERS = [0, 1, 2, 3, 4, 5] as const;

/**
 * A random program that is often nearly right: numbers from memory, arithmetic, branches, and accesses to map values,
 * packet and stack at offsets computed so, with one field changed now and then.
 */
export class RandomProgram {
  readonly #code: Instruction[] = [];
  readonly #maps = new Map<number, MapReference>();
  /** Instructions that jump to the end. */
  readonly #toEnd: number[] = [];
  #slots = 0;

  constructor(
    readonly chance: Chance,
    readonly type: 'xdp' | 'sched_cls' = 'xdp',
  ) {}

  /** The program, with about `size` parts in its body. */
  build(size: number): VerifierInput {
    this.#prologue();
    for (let i = 0; i < size; i++) this.#part();
    const end = this.#slots;
    this.#emit(mov64Imm(0, 2), exit());
    if (this.chance.below(4) === 0) this.#function();
    for (const at of this.#toEnd) {
      const slot = this.#slotOf(at);
      this.#code[at] = { ...this.#code[at]!, offset: end - slot - 1 };
    }
    if (this.chance.below(6) === 0) mutate(this.#code, this.chance, () => this.#constant());
    return { type: this.type, license: 'GPL', code: encode(this.#code), maps: this.#maps };
  }

  #emit(...instructions: Instruction[]): void {
    for (const instruction of instructions) {
      this.#code.push(instruction);
      this.#slots += slotsOf(instruction);
    }
  }

  #slotOf(index: number): number {
    return this.#code.slice(0, index).reduce((sum, instruction) => sum + slotsOf(instruction), 0);
  }

  #jumpToEnd(jump: Instruction): void {
    this.#toEnd.push(this.#code.length);
    this.#emit(jump);
  }

  #map(register: number, map: MapSpec, offset?: number): void {
    this.#maps.set(this.#slots, offset === undefined ? { map } : { map, offset });
    this.#emit(offset === undefined ? lddwMap(register) : lddwMapValue(register, offset));
  }

  #prologue(): void {
    const fields = this.type === 'xdp' ? [0, 4] : [76, 80];
    this.#emit(mov64Reg(6, 1), ldx(32, 8, 6, fields[0]!), ldx(32, 9, 6, fields[1]!));
    if (this.chance.below(2) === 0) this.#map(7, ARRAY, this.chance.below(2) * 8);
    else {
      this.#emit(st(64, 10, -8, this.#constant()));
      this.#map(1, HASH);
      this.#emit(mov64Reg(2, 10), aluImm('add', 64, 2, -8), call(1));
      this.#jumpToEnd(jmpImm('jeq', 0, 0, 0));
      this.#emit(mov64Reg(7, 0));
    }
    for (const register of NUMBERS) {
      if (this.chance.below(3) > 0) this.#emit(ldx(this.chance.of(SIZES), register, 7, 8 * this.chance.below(5)));
      else this.#emit(mov64Imm(register, this.#constant()));
    }
  }

  #constant(): number {
    return this.chance.below(4) === 0 ? this.chance.below(2 ** 32) | 0 : this.chance.of(CONSTANTS);
  }

  #number(): number {
    return this.chance.of(NUMBERS);
  }

  #bits(): 32 | 64 {
    return this.chance.of([32, 64] as const);
  }

  #part(): void {
    const parts = [
      () => this.#arithmetic(),
      () => this.#arithmetic(),
      () => this.#narrow(),
      () => this.#branch(),
      () => this.#branch(),
      () => this.#mapAccess(),
      () => this.#stackAccess(),
      () => this.#variableStack(),
      () => this.#packetAccess(),
      () => this.#guardedAccess(),
      () => this.#copy(),
      () => this.#helper(),
      () => this.#loop(),
    ];
    this.chance.of(parts)();
  }

  #arithmetic(): void {
    const dst = this.#number();
    const kind = this.chance.below(12);
    if (kind === 0) this.#emit(neg(this.#bits(), dst));
    else if (kind === 1)
      this.#emit(endian(this.chance.of(['le', 'be', 'bswap'] as const), this.chance.of([16, 32, 64] as const), dst));
    else if (kind === 2) this.#emit(movsx(64, this.chance.of([8, 16, 32] as const), dst, this.#number()));
    else if (kind === 3) this.#emit(movsx(32, this.chance.of([8, 16] as const), dst, this.#number()));
    else if (kind === 4) this.#emit(lddw(dst, BigInt(this.#constant()) << BigInt(this.chance.below(33))));
    else if (kind < 8) this.#emit(aluReg(this.chance.of(TRACKED), this.#bits(), dst, this.#number()));
    else {
      const op = this.chance.of(ALU);
      const shift = op === 'lsh' || op === 'rsh' || op === 'arsh';
      this.#emit(aluImm(op, this.#bits(), dst, shift ? this.chance.below(32) : this.#constant() || 1));
    }
  }

  /** Makes a number small. */
  #narrow(): void {
    const dst = this.#number();
    const ways = [
      () => aluImm('and', this.#bits(), dst, this.chance.of([1, 3, 7, 8, 15, 31, 56, 63])),
      () => aluImm('rsh', 64, dst, 58 + this.chance.below(6)),
      () => aluImm('rsh', 32, dst, 26 + this.chance.below(6)),
      () => ldx(8, dst, 7, this.chance.below(8)),
      () => ldxs(this.chance.of([8, 16, 32] as const), dst, 7, 8 * this.chance.below(3)),
    ];
    this.#emit(this.chance.of(ways)());
  }

  /** Jumps over a few instructions. */
  #branch(): void {
    const skipped = 1 + this.chance.below(3);
    const parts = Array.from({ length: skipped }, () => {
      const dst = this.#number();
      const ways = [
        () => aluImm(this.chance.of(['add', 'and', 'or', 'xor', 'mov'] as const), this.#bits(), dst, this.#constant()),
        () => aluReg(this.chance.of(['add', 'sub', 'and', 'mov'] as const), this.#bits(), dst, this.#number()),
        () => mov64Imm(dst, this.#constant()),
        () => stx(64, 10, -8 * (1 + this.chance.below(6)), dst),
      ];
      return this.chance.of(ways)();
    });
    this.#emit(this.#comparison(skipped), ...parts);
  }

  #comparison(offset: number): Instruction {
    const op = this.chance.of(JUMP);
    const bits = this.#bits();
    return this.chance.below(2) === 0
      ? jmpImm(op, this.#number(), this.#constant(), offset, bits)
      : jmpReg(op, this.#number(), this.#number(), offset, bits);
  }

  /** A comparison that lets only one outcome go on, then an access that wants it. */
  #guardedAccess(): void {
    const index = this.#number();
    const others = NUMBERS.filter((r) => r !== index);
    const base = this.chance.of(others);
    const op = this.chance.of(['jgt', 'jgt', 'jge', 'jsgt', this.chance.of(['jlt', 'jsge', 'jne'] as const)] as const);
    const bits = this.chance.below(3) > 0 ? 64 : 32;
    if (op === 'jsgt' ? this.chance.below(6) > 0 : this.chance.below(4) === 0)
      this.#jumpToEnd(jmpImm('jslt', index, 0, 0, bits));
    this.#jumpToEnd(jmpImm(op, index, this.chance.of([0, 1, 7, 8, 31, 40, this.chance.of([47, 56])]), 0, bits));
    if (this.chance.below(3) === 0) this.#emit(mov64Reg(this.chance.of(others), index));
    this.#emit(mov64Reg(base, 7), aluReg('add', 64, base, index));
    this.#emit(ldx(this.chance.of(SIZES), base, base, this.chance.of([0, 0, 0, 4, 12])));
  }

  #mapAccess(): void {
    const offset = this.chance.of([0, 1, 4, 8, 16, 24, 32, 40, this.chance.of([40, 47, 56, 60, 63, 64, -1])]);
    const size = this.chance.of(SIZES);
    const value = this.#number();
    const ways = [
      () => ldx(size, value, 7, offset),
      () => stx(size, 7, offset, value),
      () => st(size, 7, offset, this.#constant()),
      () =>
        atomic(
          this.chance.of(['add', 'or', 'and', 'xor', 'xchg', 'cmpxchg'] as const),
          this.#bits(),
          7,
          offset & ~7,
          value,
          this.chance.below(2) === 0,
        ),
    ];
    this.#emit(this.chance.of(ways)());
  }

  #stackAccess(): void {
    const offset = -8 * (1 + this.chance.below(6)) + this.chance.of([0, 0, 0, 0, 4, 2, 1]);
    const size = offset % 8 === 0 ? this.chance.of(SIZES) : this.chance.below(8) > 0 ? 8 : this.chance.of(SIZES);
    const value = this.chance.below(6) === 0 ? this.chance.of([6, 7, 8, 9, 10]) : this.#number();
    const ways = [
      () => ldx(size, this.#number(), 10, offset),
      () => ldxs(this.chance.of([8, 16, 32] as const), this.#number(), 10, offset),
      () => stx(value > 5 ? 64 : size, 10, offset, value),
      () => stx(64, 10, offset & ~7, value),
      () => st(size, 10, offset, this.#constant()),
      () => atomic('add', this.#bits(), 10, offset & ~7, this.#number(), this.chance.below(2) === 0),
    ];
    this.#emit(this.chance.of(ways)());
  }

  #variableStack(): void {
    const index = this.#number();
    const base = this.chance.of(NUMBERS.filter((r) => r !== index));
    const bits = this.chance.of([8, 8, 16, 32] as const);
    const masks = bits === 8 ? [1, 4, 7, 15] : bits === 16 ? [2, 4, 6, 14] : [4, 8, 12];
    this.#emit(aluImm('and', 64, index, this.chance.below(10) > 0 ? this.chance.of(masks) : 7));
    this.#emit(
      mov64Reg(base, 10),
      aluImm('add', 64, base, -this.chance.of([16, 24, 32, 48])),
      aluReg('add', 64, base, index),
    );
    this.#emit(this.chance.below(2) === 0 ? ldx(bits, base, base, 0) : stx(bits, base, 0, index));
    if (this.chance.below(2) === 0) this.#emit(mov64Imm(base, 0));
    else this.#emit(ldx(8, base, 7, 0));
  }

  #packetAccess(): void {
    const [pointer, limit, index] = this.#three();
    this.#emit(mov64Reg(pointer, 8));
    if (this.chance.below(2) === 0) {
      if (this.chance.below(4) > 0) this.#emit(aluImm('and', 64, index, this.chance.of([0xff, 0x3c, 0xffff, 0x7fff])));
      this.#emit(aluReg('add', 64, pointer, index));
    }
    if (this.chance.below(3) === 0) this.#emit(aluImm('add', 64, pointer, this.chance.of([14, 34, 1])));
    const reach = this.chance.of([1, 2, 8, 14, 20, 34]);
    this.#emit(mov64Reg(limit, pointer), aluImm('add', 64, limit, reach));
    const forms = [
      jmpReg('jgt', limit, 9, 0),
      jmpReg('jge', limit, 9, 0),
      jmpReg('jlt', 9, limit, 0),
      jmpReg('jle', 9, limit, 0),
      jmpReg('jgt', limit, 9, 0),
    ];
    this.#jumpToEnd(this.chance.below(12) > 0 ? this.chance.of(forms) : jmpReg('jlt', limit, 9, 0));
    const size = this.chance.of(SIZES);
    const fits = reach - size / 8;
    const offset =
      this.chance.below(8) > 0 && fits >= 0 ? this.chance.of([0, fits]) : this.chance.of([0, fits + 1, -1]);
    this.#emit(this.chance.below(3) === 0 ? st(size, pointer, offset, 0) : ldx(size, pointer, pointer, offset));
    this.#emit(ldx(8, limit, 7, 3));
    if (this.chance.below(2) === 0) this.#emit(ldx(16, pointer, 7, 4));
  }

  #three(): [number, number, number] {
    const a = this.#number();
    const b = this.chance.of(NUMBERS.filter((r) => r !== a));
    const c = this.chance.of(NUMBERS.filter((r) => r !== a && r !== b));
    return [a, b, c];
  }

  #copy(): void {
    const bits = this.#bits();
    this.#emit(aluReg('mov', bits, this.#number(), this.#number()));
    if (this.chance.below(3) === 0) this.#emit(aluImm('add', 64, this.#number(), this.chance.of([1, 4, 8])));
  }

  #helper(): void {
    const ways = [
      () => this.#lookup(),
      () => this.#update(),
      () => this.#ring(),
      () => this.#simple(),
      () => this.#tail(),
    ];
    this.chance.of(ways)();
    for (const register of [1, 2, 3, 4, 5]) {
      if (this.chance.below(60) > 0) this.#emit(ldx(this.chance.of(SIZES), register, 7, 8 * this.chance.below(5)));
    }
    if (this.chance.below(40) > 0) this.#emit(ldx(8, 0, 7, 1));
  }

  #lookup(): void {
    this.#emit(mov64Reg(2, 10), aluImm('add', 64, 2, -this.chance.of([8, 16, 24, this.chance.of([8, 4, 512])])));
    this.#map(1, this.chance.of([HASH, ARRAY]));
    this.#emit(call(1));
    const then = [ldx(64, 3, 0, 40), st(32, 0, 44, 1), this.chance.of([ldx(64, 3, 0, 40), ldx(64, 3, 0, 41)])];
    if (this.chance.below(12) > 0) this.#emit(jmpImm('jeq', 0, 0, 1));
    this.#emit(this.chance.of(then));
  }

  #update(): void {
    this.#emit(mov64Reg(2, 10), aluImm('add', 64, 2, -8), mov64Reg(3, this.chance.of([10, 10, 7])));
    this.#emit(aluImm('add', 64, 3, this.#code.at(-1)!.src === 10 ? -this.chance.of([48, 56, 64]) : 0), mov64Imm(4, 0));
    this.#map(1, HASH);
    this.#emit(call(2));
  }

  #ring(): void {
    this.#map(1, RING);
    this.#emit(mov64Imm(2, this.chance.of([8, 16, 24])), mov64Imm(3, 0), call(131));
    this.#jumpToEnd(jmpImm('jeq', 0, 0, 0));
    if (this.chance.below(2) === 0) this.#emit(stx(64, 10, -16, 0));
    this.#emit(st(64, 0, this.chance.of([0, 0, 0, 8]), 1), mov64Reg(1, 0), mov64Imm(2, 0));
    if (this.chance.below(8) > 0) this.#emit(call(this.chance.of([132, 133])));
  }

  #simple(): void {
    this.#emit(call(this.chance.of([5, 7, 8])));
    if (this.chance.below(2) === 0)
      this.#emit(aluImm('and', 64, 0, 7), mov64Reg(1, 7), aluReg('add', 64, 1, 0), ldx(8, 1, 1, 0));
  }

  /** Shifts the packet's start: pointers into it are stale afterwards. */
  #tail(): void {
    if (this.type !== 'xdp') return;
    this.#emit(mov64Reg(1, 6), mov64Imm(2, 0), call(44));
    if (this.chance.below(8) > 0) this.#emit(ldx(32, 8, 6, 0), ldx(32, 9, 6, 4));
  }

  #loop(): void {
    const counter = this.#number();
    const [x] = NUMBERS.filter((r) => r !== counter);
    const body = this.chance.below(3);
    this.#emit(mov64Imm(counter, 0));
    for (let i = 0; i < body; i++)
      this.#emit(aluImm(this.chance.of(['add', 'and', 'xor'] as const), this.#bits(), x!, this.#constant()));
    const op = this.chance.of(['jlt', 'jlt', 'jne', 'jsle'] as const);
    this.#emit(aluImm('add', 64, counter, op === 'jne' ? 1 : this.chance.of([1, 2])));
    this.#emit(jmpImm(op, counter, this.chance.of([3, 8, 20]), -2 - body, this.#bits()));
  }

  /** A function that the program calls at its start, and what it does with its arguments. */
  #function(): void {
    const start = this.#slots;
    this.#emit(mov64Imm(0, 1));
    if (this.chance.below(2) === 0) this.#emit(stx(64, 10, -8, 0), ldx(this.chance.of(SIZES), 0, 10, -8));
    if (this.chance.below(3) === 0) this.#emit(mov64Reg(0, this.chance.of([1, 2, 3, 1, 2, 10])));
    if (this.chance.below(8) === 0) this.#emit(st(64, 2, -8, 7));
    this.#emit(exit());
    const at = this.#code.findIndex((instruction, i) => i > 8 && instruction.opcode === 0xb7);
    if (at < 0) return;
    this.#code[at] = callLocal(start - this.#slotOf(at) - 1);
  }
}
