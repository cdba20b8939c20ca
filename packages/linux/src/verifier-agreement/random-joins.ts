import {
  aluImm,
  aluReg,
  call,
  callLocal,
  encode,
  exit,
  type Instruction,
  jmpImm,
  lddwMap,
  lddwMapValue,
  ldx,
  type MapReference,
  mov64Imm,
  mov64Reg,
  slotsOf,
  st,
  stx,
  type VerifierInput,
} from '@sluice/ebpf';
import type { Chance } from './chance.ts';
import { ARRAY, HASH } from './random-maps.ts';

type Code = Instruction[];

/** Registers that paths set differently; r0 is scratch, r6 an unknown number, r7 a value of 64 bytes, r8 one or NULL. */
const VARIABLES = [1, 2, 3, 4, 5, 9] as const;
const CELLS = [-8, -16, -24, -32] as const;
const CONSTANTS = [0, 0, 1, 1, 8, 40, 63, 63, 64, 100] as const;
const UNKNOWN = 6;

/**
 * Random programs made of paths that part and join again, with values that differ between them: in registers, on the
 * stack, linked to each other, passed through functions, checked on one path only. What comes after the join depends on
 * some of them. Such programs find out whether states are taken for alike that are not.
 */
export class RandomJoins {
  #functionUsed = false;

  constructor(readonly chance: Chance) {}

  build(size: number): VerifierInput {
    const maps = new Map<number, MapReference>();
    const code: Code = [lddwMapValue(7, 0), st(64, 10, -40, 1), lddwMap(1), mov64Reg(2, 10), aluImm('add', 64, 2, -40)];
    maps.set(0, { map: ARRAY, offset: 0 });
    maps.set(3, { map: HASH });
    code.push(call(1), mov64Reg(8, 0), ldx(64, UNKNOWN, 7, 0));
    for (const register of VARIABLES) code.push(mov64Imm(register, this.chance.of(CONSTANTS)));
    for (const cell of CELLS) code.push(st(64, 10, cell, this.chance.of(CONSTANTS)));
    code.push(...this.#block(size, 2));
    code.push(...this.#use(), mov64Imm(0, 0), exit());
    this.#link(code);
    return { type: 'xdp', license: 'GPL', code: encode(code), maps };
  }

  #block(size: number, depth: number): Code {
    const code: Code = [];
    for (let i = 0; i < size; i++) code.push(...this.#part(depth));
    return code;
  }

  #part(depth: number): Code {
    const kind = this.chance.below(16);
    if (kind < 5 && depth > 0) return this.#parting(depth);
    if (kind < 8) return this.#change();
    if (kind < 10) return this.#noise();
    if (kind < 12) return this.#use();
    if (kind < 13) return this.#call();
    return this.#move();
  }

  #variable(): number {
    return this.chance.of(VARIABLES);
  }

  /** Two ways, and back together; then instructions enough for states to be kept. */
  #parting(depth: number): Code {
    const one = this.#block(1 + this.chance.below(2), depth - 1);
    const other = this.chance.below(2) === 0 ? [] : this.#block(1 + this.chance.below(2), depth - 1);
    const slots = (code: Code) => code.reduce((sum, instruction) => sum + slotsOf(instruction), 0);
    const skip: Code = other.length === 0 ? [] : [{ ...jmpImm('jeq', 0, 0, slots(other)), opcode: 0x05, dst: 0 }];
    const test = jmpImm(
      this.chance.of(['jeq', 'jgt', 'jset'] as const),
      UNKNOWN,
      this.chance.below(9),
      slots(one) + skip.length,
    );
    return [test, ...one, ...skip, ...other, ...this.#noise()];
  }

  /** Jumps that lead nowhere, so that a state is kept here. */
  #noise(): Code {
    const jump = () => jmpImm('jeq', UNKNOWN, 20 + this.chance.below(90), 0);
    return [jump(), mov64Imm(0, 0), mov64Imm(0, 1), jump(), mov64Imm(0, 2), mov64Imm(0, 3), jump(), mov64Imm(0, 4)];
  }

  #change(): Code {
    const dst = this.#variable();
    const ways: (() => Code)[] = [
      () => [mov64Imm(dst, this.chance.of(CONSTANTS))],
      () => [mov64Imm(dst, this.chance.of(CONSTANTS))],
      () => [st(64, 10, this.chance.of(CELLS), this.chance.of(CONSTANTS))],
      () => [st(8, 10, this.chance.of(CELLS) + this.chance.below(8), this.chance.of([0, 1]))],
      () => [ldx(this.chance.of([8, 64] as const), dst, 7, 8)],
      () => [aluImm('add', 64, dst, this.chance.of([1, 8, -1]))],
      () => [aluImm('and', 64, dst, this.chance.of([1, 63, 127]))],
      () => [mov64Reg(8, 7)],
      () => [jmpImm('jeq', 8, 0, 1), mov64Imm(dst, this.chance.of(CONSTANTS))],
    ];
    return this.chance.of(ways)();
  }

  /** Values wander between registers and stack. */
  #move(): Code {
    const dst = this.#variable();
    const src = this.#variable();
    const cell = this.chance.of(CELLS);
    const size = this.chance.of([8, 32, 64, 64] as const);
    const ways: (() => Code)[] = [
      () => [mov64Reg(dst, src)],
      () => [stx(size, 10, cell, src)],
      () => [ldx(size, dst, 10, cell)],
      () => [aluReg('add', 64, dst, src)],
      () => [aluReg('mov', 32, dst, src)],
      () => [mov64Reg(dst, src), aluImm('add', 64, dst, this.chance.of([1, 4]))],
      () => [stx(64, 10, cell, 8), ldx(64, 8, 10, cell)],
    ];
    return this.chance.of(ways)();
  }

  /** Something that is refused unless a value is what it should be. */
  #use(): Code {
    const index = this.#variable();
    const access: Code = [mov64Reg(0, 7), aluReg('add', 64, 0, index), ldx(8, 0, 0, 0)];
    const ways: (() => Code)[] = [
      () => access,
      () => [jmpImm('jgt', index, 63, 3), ...access],
      () => [jmpImm('jgt', this.#variable(), 63, 3), ...access],
      () => [jmpImm('jeq', 8, 0, 1), ldx(64, 0, 8, 8)],
      () => (this.chance.below(3) === 0 ? [ldx(64, 0, 8, 8)] : []),
      () => [jmpImm('jne', index, this.chance.of(CONSTANTS), 1), ldx(8, 0, 7, this.chance.of([0, 63, 63, 64]))],
    ];
    return this.chance.of(ways)();
  }

  /** A value goes through a function, in a register or by the address of a cell. */
  #call(): Code {
    this.#functionUsed = true;
    const dst = this.chance.of([9] as const);
    const cell = this.chance.of(CELLS);
    const pass: Code = this.chance.below(2) === 0 ? [mov64Reg(1, this.#variable())] : [ldx(64, 1, 10, cell)];
    const refill = [1, 2, 3, 4, 5].map((register) => mov64Imm(register, this.chance.of(CONSTANTS)));
    return [...pass, mov64Reg(2, 10), aluImm('add', 64, 2, cell), callLocal(0), mov64Reg(dst, 0), ...refill];
  }

  /** Appends the function, and lets all calls lead to it. */
  #link(code: Code): void {
    if (!this.#functionUsed) return;
    const start = code.reduce((sum, instruction) => sum + slotsOf(instruction), 0);
    let slot = 0;
    code.forEach((instruction, i) => {
      if (instruction.opcode === 0x85 && instruction.src === 1) code[i] = callLocal(start - slot - 1);
      slot += slotsOf(instruction);
    });
    const bodies: Code[] = [
      [mov64Reg(0, 1)],
      [ldx(64, 0, 2, 0)],
      [stx(64, 2, 0, 1), mov64Imm(0, 0)],
      [mov64Reg(0, 1), jmpImm('jle', 0, 63, 1), mov64Imm(0, 63)],
    ];
    code.push(...this.chance.of(bodies), exit());
  }
}
