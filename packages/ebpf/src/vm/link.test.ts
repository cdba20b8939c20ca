import { describe, expect, test } from 'vitest';
import * as b from '../isa/build.ts';
import type { Instruction } from '../isa/instruction.ts';
import { type Extra, load } from '../testing/load-program.ts';
import { testVm } from '../testing/test-vm.ts';

describe('load()', () => {
  const refused = (code: readonly Instruction[], extra: Extra = {}): string => {
    try {
      load(testVm(), 'jit', code, extra);
      return '';
    } catch (problem) {
      return (problem as Error).message;
    }
  };

  test('says in a sentence why it refuses', () => {
    expect(refused([b.mov64Imm(0, 0)])).toContain('last insn is not an exit or jmp');
    expect(refused([b.ja(5), b.exit()])).toContain('jump out of range from insn 0 to 6');
    expect(refused([b.jmpImm('jeq', 0, 0, 1), b.lddw(0, 1n), b.exit()])).toContain('jump out of range');
    expect(refused([b.call(9999), b.exit()])).toContain('invalid func unknown#9999');
    expect(refused([b.call(69), b.exit()])).toContain('this kernel has no helper bpf_fib_lookup#69');
    expect(refused([b.callLocal(1), b.exit(), b.callLocal(-1), b.exit()])).toContain('a function calls itself');
    expect(refused([b.lddwMap(1), b.exit()])).toContain('was not resolved');
    expect(refused([b.mov64Imm(10, 1), b.exit()])).toContain('frame pointer is read only');
    expect(refused([b.lddwMap(1), b.exit()], { relocations: [{ kind: 'map', slot: 0, map: 'x' }] })).toContain(
      'no map x',
    );
  });

  test('refuses a jump from one function into another', () => {
    const code = [b.callLocal(2), b.mov64Imm(0, 1), b.exit(), b.ja(-3), b.exit()];
    expect(refused(code)).toContain('into another function');
  });
});
