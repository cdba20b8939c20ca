import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as b from '../isa/build.ts';
import { encode } from '../isa/encode.ts';
import type { Form } from '../isa/form.ts';
import type { Instruction } from '../isa/instruction.ts';
import { INSTRUCTION_FORMS } from '../isa/table.ts';
import { anyInstruction } from '../isa/testing.ts';
import { Arena } from '../memory/arena.ts';
import { aluReference, atomicReference, endianReference, jumpReference, movsxReference } from '../testing/reference.ts';
import { testVm } from '../testing/test-vm.ts';
import { BpfTrap } from './bpf-trap.ts';
import type { LoadedProgram } from './loaded-program.ts';
import type { Engine } from './vm.ts';

const edge = [
  0n,
  1n,
  2n,
  31n,
  32n,
  63n,
  64n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];
const wide = fc.oneof(fc.constantFrom(...edge), fc.bigInt(0n, 2n ** 64n - 1n));
const IMMEDIATES = [0, 1, -1, 7, 31, 33, 63, 64, 0x12345678, 0x7fffffff, -0x80000000];
const vm = testVm();
/** What loads and stores touch; then r0, r1, r2, before and after. */
const cell = vm.arena.alloc(32);
const programs = new Map<string, LoadedProgram>();

/** A program that sets r0, r1, r2 from memory and r3 to the cell, runs one instruction, and stores r0, r1, r2 again. */
function programFor(engine: Engine, instruction: Instruction): LoadedProgram {
  const key = `${engine} ${JSON.stringify(instruction)}`;
  const known = programs.get(key);
  if (known) return known;
  const code = [
    b.lddw(3, BigInt(cell)),
    ...[0, 1, 2].map((r) => b.ldx(64, r, 3, 8 + 8 * r)),
    instruction,
    b.lddw(4, BigInt(cell)),
    ...[0, 1, 2].map((r) => b.stx(64, 4, 8 + 8 * r, r)),
    b.exit(),
  ];
  const loaded = vm.load({ program: { name: 'one', type: 'xdp', code: encode(code), relocations: [] }, engine });
  if (!loaded.ok) throw new Error(loaded.problem.message);
  programs.set(key, loaded.program);
  return loaded.program;
}

/** Runs one instruction with the cell and r1 holding `dst`, r2 `src`, r0 `zero`. Answers r0, r1 and r2. */
function runOne(
  engine: Engine,
  instruction: Instruction,
  dst: bigint,
  src: bigint,
  zero = 0n,
): [bigint, bigint, bigint] {
  [dst, zero, dst, src].forEach((value, i) => {
    vm.arena.view.setBigUint64(cell + 8 * i, value, true);
  });
  programFor(engine, instruction).run(0);
  const after = (i: number): bigint => vm.arena.view.getBigUint64(cell + 8 + 8 * i, true);
  return [after(0), after(1), after(2)];
}

const signExtended = (value: number): bigint => BigInt.asUintN(64, BigInt(value));
const cellNow = (): bigint => vm.arena.view.getBigUint64(cell, true);

/** Checks one form with given operands against the reference. */
function check(engine: Engine, form: Form, dst: bigint, src: bigint, value: number): void {
  const base = { opcode: form.opcode, dst: 1, src: typeof form.src === 'number' ? form.src : 0, offset: 0, imm: value };
  switch (form.kind) {
    case 'alu': {
      const offset = typeof form.offset === 'number' ? form.offset : 0;
      const instruction = {
        ...base,
        offset,
        src: form.source === 'reg' ? 2 : 0,
        imm: form.source === 'imm' ? value : 0,
      };
      const operand = form.source === 'imm' ? signExtended(value) : src;
      const expected =
        form.op === 'movsx' && form.from !== 0
          ? movsxReference(form.bits, form.from, src)
          : aluReference(form.op as 'add', form.bits, dst, operand);
      expect(runOne(engine, instruction, dst, src)[1]).toBe(expected);
      return;
    }
    case 'endian':
      expect(runOne(engine, { ...base, imm: form.bits }, dst, src)[1]).toBe(endianReference(form.op, form.bits, dst));
      return;
    case 'jump': {
      const reg = form.source === 'reg';
      const instruction = { ...base, src: reg ? 2 : 0, imm: reg ? 0 : value, offset: 1 };
      const taken = jumpReference(form.op, form.bits, dst, reg ? src : signExtended(value));
      expect(runJump(engine, instruction, dst, src)).toBe(taken ? 1 : 2);
      return;
    }
    case 'ldx': {
      const read = BigInt.asUintN(form.bits, dst);
      const expected = form.signed ? BigInt.asUintN(64, BigInt.asIntN(form.bits, read)) : read;
      expect(runOne(engine, { ...base, src: 3, imm: 0 }, dst, src)[1]).toBe(expected);
      return;
    }
    case 'st':
    case 'stx': {
      const stored = form.kind === 'st' ? signExtended(value) : src;
      const kept = (dst >> BigInt(form.bits)) << BigInt(form.bits);
      const from = form.kind === 'st' ? { imm: value } : { imm: 0, src: 2 };
      runOne(engine, { ...base, dst: 3, ...from }, dst, src);
      expect(cellNow()).toBe(kept | BigInt.asUintN(form.bits, stored));
      return;
    }
    case 'atomic': {
      const old = BigInt.asUintN(form.bits, dst);
      const compared = value % 2 === 0 ? dst : src;
      const results = runOne(engine, { ...base, dst: 3, src: 2, imm: form.imm as number }, dst, src, compared);
      const kept = (dst >> BigInt(form.bits)) << BigInt(form.bits);
      expect(cellNow()).toBe(kept | atomicReference(form.op, form.bits, old, src, compared));
      const fetched = form.op === 'cmpxchg' ? results[0] : results[2];
      if (form.fetch) expect(fetched).toBe(old);
      else expect(results[2]).toBe(src);
      return;
    }
    case 'lddw':
    case 'ldabs':
    case 'ldind':
    case 'ja':
    case 'call':
    case 'exit':
      return;
    default:
      form satisfies never;
  }
}

/** 1 where the jump is taken, 2 where not. */
function runJump(engine: Engine, instruction: Instruction, dst: bigint, src: bigint): number {
  const key = `${engine} ${JSON.stringify(instruction)}`;
  let program = programs.get(key);
  if (!program) {
    const reads = [b.lddw(3, BigInt(cell)), b.ldx(64, 1, 3, 0), b.ldx(64, 2, 3, 8)];
    const code = [...reads, b.mov64Imm(0, 1), instruction, b.mov64Imm(0, 2), b.exit()];
    const loaded = vm.load({ program: { name: 'jump', type: 'xdp', code: encode(code), relocations: [] }, engine });
    if (!loaded.ok) throw new Error(loaded.problem.message);
    program = loaded.program;
    programs.set(key, program);
  }
  vm.arena.view.setBigUint64(cell, dst, true);
  vm.arena.view.setBigUint64(cell + 8, src, true);
  return program.run(0);
}

const computing = INSTRUCTION_FORMS.filter(
  (form) => !['lddw', 'ldabs', 'ldind', 'ja', 'call', 'exit'].includes(form.kind),
);

describe.each(['interpreter', 'jit'] as const)('%s does what RFC 9669 says of', (engine) => {
  test.each(computing.map((form) => [form.name, form] as const))('%s', (_name, form) => {
    fc.assert(
      fc.property(wide, wide, fc.constantFrom(...IMMEDIATES), (dst, src, value) =>
        check(engine, form, dst, src, value),
      ),
      { numRuns: 150, examples: edge.map((value) => [value, edge.at(-1)!, -1]) },
    );
  });
});

test('whatever decodes either loads and ends, or is refused, or traps; alike in both engines', () => {
  const forms = INSTRUCTION_FORMS.filter(
    (form) => !['ldabs', 'ldind'].includes(form.kind) && !form.name.startsWith('call'),
  );
  const short = anyInstruction(forms).map((i) => ({ ...i, offset: i.offset > 3 || i.offset < -3 ? 0 : i.offset }));
  let ran = 0;
  fc.assert(
    fc.property(fc.array(short, { maxLength: 12 }), (instructions) => {
      const code = encode([...instructions, b.exit()]);
      const outcomes = (['interpreter', 'jit'] as const).map((engine) => {
        const own = testVm({ arena: new Arena(4 * 65536) });
        const ctx = own.arena.alloc(64);
        const loaded = own.load({ program: { name: 'any', type: 'xdp', code, relocations: [] }, engine, budget: 500 });
        if (!loaded.ok) return loaded.problem.message;
        ran++;
        try {
          return loaded.program.run(ctx);
        } catch (problem) {
          if (problem instanceof BpfTrap) return problem.code;
          throw problem;
        }
      });
      expect(outcomes[1]).toBe(outcomes[0]);
    }),
    { numRuns: 600 },
  );
  expect(ran).toBeGreaterThan(100);
});
