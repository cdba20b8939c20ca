import fc from 'fast-check';
import * as b from '../isa/build.ts';
import type { AluOp, AtomicOp, JumpOp } from '../isa/form.ts';
import type { Instruction } from '../isa/instruction.ts';

const JUMPS: readonly JumpOp[] = ['jeq', 'jne', 'jgt', 'jge', 'jlt', 'jle', 'jsgt', 'jsge', 'jslt', 'jsle', 'jset'];
const ALU: readonly Exclude<AluOp, 'neg' | 'movsx'>[] = [
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
];
const ATOMICS: readonly AtomicOp[] = ['add', 'or', 'and', 'xor', 'xchg', 'cmpxchg'];
const BITS = [32, 64] as const;

const register = fc.integer({ min: 0, max: 9 });
const bits = fc.constantFrom(...BITS);
const imm = fc.oneof(
  fc.integer({ min: -3, max: 70 }),
  fc.constantFrom(-0x80000000, 0x7fffffff, 0xffff, 0x10000, -0x8000),
  fc.integer({ min: -0x80000000, max: 0x7fffffff }),
);
const wide = fc.oneof(
  fc.constantFrom(0n, 1n, 0x7fffffffffffffffn, 0x8000000000000000n, 0xffffffffn, 0x100000000n),
  fc.bigInt(0n, 2n ** 64n - 1n),
);
/** An 8-byte stack slot. */
const slot = fc.integer({ min: 1, max: 8 }).map((n) => n * -8);

/** One instruction that neither jumps nor traps, for any values in r0 … r9. */
const straight: fc.Arbitrary<Instruction> = fc.oneof(
  fc.tuple(fc.constantFrom(...ALU), bits, register, imm).map(([op, w, dst, value]) => b.aluImm(op, w, dst, value)),
  fc.tuple(fc.constantFrom(...ALU), bits, register, register).map(([op, w, dst, src]) => b.aluReg(op, w, dst, src)),
  fc.tuple(bits, register).map(([w, dst]) => b.neg(w, dst)),
  fc.tuple(fc.constantFrom(8, 16, 32), register, register).map(([from, dst, src]) => b.movsx(64, from as 8, dst, src)),
  fc.tuple(fc.constantFrom(8, 16), register, register).map(([from, dst, src]) => b.movsx(32, from as 8, dst, src)),
  fc
    .tuple(fc.constantFrom('le', 'be', 'bswap'), fc.constantFrom(16, 32, 64), register)
    .map(([op, w, dst]) => b.endian(op as 'le', w as 16, dst)),
  fc.tuple(register, wide).map(([dst, value]) => b.lddw(dst, value)),
  fc
    .tuple(fc.constantFrom(8, 16, 32, 64), slot, register, fc.integer({ min: 0, max: 7 }))
    .map(([w, at, dst, skew]) => b.ldx(w as 8, dst, 10, Math.min(at + skew, -w / 8))),
  fc.tuple(fc.constantFrom(8, 16, 32), slot, register).map(([w, at, dst]) => b.ldxs(w as 8, dst, 10, at)),
  fc
    .tuple(fc.constantFrom(8, 16, 32, 64), slot, register, fc.integer({ min: 0, max: 7 }))
    .map(([w, at, src, skew]) => b.stx(w as 8, 10, Math.min(at + skew, -w / 8), src)),
  fc.tuple(fc.constantFrom(8, 16, 32, 64), slot, imm).map(([w, at, value]) => b.st(w as 8, 10, at, value)),
  fc
    .tuple(fc.constantFrom(...ATOMICS), bits, slot, register, fc.boolean())
    .map(([op, w, at, src, fetch]) => b.atomic(op, w, 10, at, src, fetch)),
);

interface RandomJump {
  readonly op: JumpOp | 'ja';
  readonly bits: 32 | 64;
  readonly dst: number;
  readonly src: number | undefined;
  readonly imm: number;
  /** Which block to go to, modulo their number. */
  readonly target: number;
}

const jump: fc.Arbitrary<RandomJump> = fc.record({
  op: fc.oneof(fc.constantFrom(...JUMPS), fc.constant('ja' as const)),
  bits,
  dst: register,
  src: fc.option(register, { nil: undefined }),
  imm,
  target: fc.nat(),
});

/**
 * Programs that any engine must agree on: blocks of straight code ending in jumps anywhere, so that there are loops of
 * all shapes, irreducible ones among them. They begin by setting r0 … r9, touch only their own stack, and end with r0 a
 * mix of all registers and the stack. Run them with a budget: many never end.
 */
export function randomProgram(blocksMax = 12): fc.Arbitrary<Instruction[]> {
  const block = fc.record({ body: fc.array(straight, { maxLength: 6 }), jump: fc.option(jump, { nil: undefined }) });
  return fc
    .tuple(fc.array(wide, { minLength: 10, maxLength: 10 }), fc.array(block, { minLength: 1, maxLength: blocksMax }))
    .map(([values, blocks]) => {
      const code: Instruction[] = values.map((value, i) => b.lddw(i, value));
      const starts: number[] = [];
      const jumps: { at: number; slot: number; jump: RandomJump }[] = [];
      let slots = 2 * code.length;
      for (const { body, jump: end } of blocks) {
        starts.push(slots);
        for (const instruction of end ? [...body, b.ja(0)] : body) {
          code.push(instruction);
          slots += instruction.imm64 === undefined ? 1 : 2;
        }
        if (end) jumps.push({ at: code.length - 1, slot: slots - 1, jump: end });
      }
      starts.push(slots);
      for (const { at, slot: from, jump: j } of jumps) {
        const distance = starts[j.target % starts.length]! - from - 1;
        code[at] = made(j, distance);
      }
      return [...code, ...epilogue];
    });
}

function made(j: RandomJump, distance: number): Instruction {
  if (j.op === 'ja') return j.bits === 64 ? b.ja(distance) : b.ja32(distance);
  return j.src === undefined
    ? b.jmpImm(j.op, j.dst, j.imm, distance, j.bits)
    : b.jmpReg(j.op, j.dst, j.src, distance, j.bits);
}

/** r0 = everything there is, mixed. */
const epilogue: readonly Instruction[] = [
  ...Array.from({ length: 9 }, (_, i) => [b.alu64Imm('mul', 0, 31), b.alu64Reg('add', 0, i + 1)]).flat(),
  ...Array.from({ length: 8 }, (_, i) => [
    b.ldx(64, 1, 10, -8 * (i + 1)),
    b.alu64Imm('mul', 0, 31),
    b.alu64Reg('xor', 0, 1),
  ]).flat(),
  b.exit(),
];
