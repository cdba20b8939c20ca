import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as b from '../isa/build.ts';
import { encode } from '../isa/encode.ts';
import type { Instruction } from '../isa/instruction.ts';
import { basicBlocks } from '../jit/basic-blocks.ts';
import { analyseFlow } from '../jit/loops.ts';
import { randomProgram } from '../testing/random-program.ts';
import { testVm } from '../testing/test-vm.ts';
import { BpfTrap } from './bpf-trap.ts';
import { link } from './link.ts';
import type { Engine } from './vm.ts';

const vm = testVm();

function outcome(engine: Engine, code: Uint8Array, budget: number): string {
  const loaded = vm.load({ program: { name: 'random', type: 'xdp', code, relocations: [] }, engine, budget });
  if (!loaded.ok) return loaded.problem.message;
  const before = loaded.program.instructionsRun;
  try {
    const low = loaded.program.run(0);
    return `${vm.resultHigh >>> 0}:${low} after ${loaded.program.instructionsRun - before}`;
  } catch (problem) {
    if (problem instanceof BpfTrap) return problem.code;
    throw problem;
  } finally {
    vm.unload(loaded.program);
  }
}

describe('interpreter and compiled code', () => {
  test('agree on r0, all 64 bits, and on the number of instructions run', () => {
    let ended = 0;
    fc.assert(
      fc.property(randomProgram(), (instructions) => {
        const code = encode(instructions);
        const interpreted = outcome('interpreter', code, 3000);
        expect(outcome('jit', code, 3000)).toBe(interpreted);
        if (interpreted.includes('after')) ended++;
      }),
      { numRuns: 400 },
    );
    expect(ended).toBeGreaterThan(100);
  });

  test('agree on flow that has a loop with two ways in', () => {
    // 0: if r1 == 0 goto 3;  1: r0 += 1;  2: r2 -= 1;  3: r0 += 10;  4: if r2 > 2 goto 1;  5: exit
    const code: Instruction[] = [
      b.mov64Imm(0, 0),
      b.mov64Imm(2, 8),
      b.jmpImm('jeq', 1, 0, 2),
      b.alu64Imm('add', 0, 1),
      b.alu64Imm('sub', 2, 1),
      b.alu64Imm('add', 0, 10),
      b.jmpImm('jgt', 2, 2, -4),
      b.exit(),
    ];
    const linked = link(
      { name: 'p', type: 'xdp', code: encode(code), relocations: [] },
      { mapId: () => undefined, mapValue: () => undefined, hasHelper: () => true },
    );
    if (!linked.ok) throw new Error(linked.problem.message);
    expect(analyseFlow(basicBlocks(linked.code, 0, code.length))).toBeUndefined();
    expect(outcome('jit', encode(code), 3000)).toBe('0:76 after 30');
    expect(outcome('interpreter', encode(code), 3000)).toBe('0:76 after 30');
  });

  test('agree on a long chain of conditional blocks', () => {
    const code: Instruction[] = [b.mov64Imm(0, 0), b.mov64Imm(1, 12345)];
    for (let i = 0; i < 3000; i++) {
      code.push(b.alu64Imm('add', 0, i), b.jmpImm('jset', 0, 1 << (i % 20), 1), b.alu64Imm('xor', 0, 77));
      if (i % 50 === 0) code.push(b.jmpImm('jeq', 0, 1, i % 100 === 0 ? 3 : 2));
    }
    code.push(b.mov64Imm(3, 0), b.mov64Imm(3, 0), b.mov64Imm(3, 0), b.exit());
    const bytes = encode(code);
    expect(outcome('jit', bytes, 100_000)).toBe(outcome('interpreter', bytes, 100_000));
  });
});
