import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as b from '../isa/build.ts';
import { decode } from '../isa/decode.ts';
import { encode } from '../isa/encode.ts';
import type { Instruction } from '../isa/instruction.ts';
import { anyInstruction } from '../isa/testing.ts';
import { assemble } from './assemble.ts';
import { disassemble, formatInstruction } from './disassemble.ts';

test('assemble() reads back whatever disassemble() writes', () => {
  fc.assert(
    fc.property(fc.array(anyInstruction(), { minLength: 1, maxLength: 10 }), (instructions) => {
      const code = encode(instructions);
      const listing = disassemble(code);
      if (!listing.ok) throw new Error(listing.problem.message);
      const text = listing.lines.map((line) => line.text).join('\n');
      expect(assemble(text), text).toMatchObject({ ok: true, code });
      const numbered = listing.lines.map((line) => `${line.slot}: ${line.text}`).join('\n');
      expect(assemble(numbered)).toMatchObject({ ok: true, code });
    }),
    { numRuns: 1000 },
  );
});

test.each<[string, Instruction]>([
  ['r1 = 5', b.mov64Imm(1, 5)],
  ['w3 -= w4', b.alu32Reg('sub', 3, 4)],
  ['r1 s/= -7', b.aluImm('sdiv', 64, 1, -7)],
  ['r1 s>>= r2', b.aluReg('arsh', 64, 1, 2)],
  ['w6 = -w6', b.neg(32, 6)],
  ['r1 = (s8)r2', b.movsx(64, 8, 1, 2)],
  ['r0 = be16 r0', b.endian('be', 16, 0)],
  ['r2 = 0xdeadbeef12 ll', b.lddw(2, 0xdeadbeef12n)],
  ['r1 = map[0x5] ll', b.lddwMap(1, 5)],
  ['r1 = *(u32 *)(r2 + 4)', b.ldx(32, 1, 2, 4)],
  ['r1 = *(s16 *)(r10 - 2)', b.ldxs(16, 1, 10, -2)],
  ['*(u8 *)(r1 + 0) = -1', b.st(8, 1, 0, -1)],
  ['*(u64 *)(r10 - 8) = r3', b.stx(64, 10, -8, 3)],
  ['lock *(u64 *)(r1 + 8) += r2', b.atomic('add', 64, 1, 8, 2)],
  ['r2 = atomic_fetch_or((u32 *)(r1 + 0), r2)', b.atomic('or', 32, 1, 0, 2, true)],
  ['r0 = atomic_cmpxchg((u64 *)(r1 + 0), r0, r2)', b.atomic('cmpxchg', 64, 1, 0, 2)],
  ['if r1 s> 5 goto +3', b.jmpImm('jsgt', 1, 5, 3)],
  ['if w1 & w2 goto -4', b.jmpReg('jset', 1, 2, -4, 32)],
  ['goto -1', b.ja(-1)],
  ['gotol +70000', b.ja32(70000)],
  ['call bpf_map_lookup_elem#1', b.call(1)],
  ['call 9999', b.call(9999)],
  ['call pc+3', b.callLocal(3)],
  ['exit', b.exit()],
])('writes and reads %s', (text, instruction) => {
  expect(formatInstruction(instruction)).toBe(text);
  expect(assemble(text)).toMatchObject({ ok: true, instructions: [instruction] });
});

describe('assemble()', () => {
  test('resolves labels, across LDDW, in both directions', () => {
    const result = assemble(`
      ; counts down
      r1 = 10
    again:
      r0 = 0x123456789 ll   // two slots
      r1 -= 1
      if r1 != 0 goto again
      call helper_function
      goto out
    helper_function: exit
    out: exit
    `);
    expect(result).toMatchObject({
      ok: true,
      instructions: [
        b.mov64Imm(1, 10),
        b.lddw(0, 0x123456789n),
        b.alu64Imm('sub', 1, 1),
        b.jmpImm('jne', 1, 0, -4),
        b.callLocal(1),
        b.ja(1),
        b.exit(),
        b.exit(),
      ],
    });
  });

  test('takes helpers by name, hexadecimal numbers, any spacing', () => {
    const result = assemble(
      'call bpf_redirect\nw1=0xffffffff\nr2=*(u8*)(r1+0x10)\n*( u8 *)(r1) = 1'.replace('( u8', '(u8'),
    );
    expect(result).toMatchObject({
      ok: true,
      instructions: [b.call(23), b.mov32Imm(1, -1), b.ldx(8, 2, 1, 16), b.st(8, 1, 0, 1)],
    });
  });

  test.each([
    ['A001', 1, 3, '  r1 =', 'not an instruction: r1 ='],
    ['A001', 1, 1, 'r11 = 1', 'not an instruction'],
    ['A001', 1, 1, 'r1 += w2', 'same width'],
    ['A001', 1, 1, 'r1 =* 2', 'not an instruction'],
    ['A001', 1, 1, 'r1 = 4294967296', 'does not fit 32 bits'],
    ['A001', 1, 1, 'r1 = *(u8 *)(r2 + 40000)', 'does not fit 16 bits'],
    ['A001', 1, 1, 'call bpf_nonsense', 'no helper bpf_nonsense'],
    ['A001', 2, 1, 'exit\nr1 = be16 r2', 'both registers must be the same'],
    ['A002', 1, 1, 'goto nowhere', 'no label nowhere'],
    ['A003', 2, 1, 'a: exit\na: exit', 'twice'],
  ])('answers %s at %i:%i for %j', (code, line, column, text, words) => {
    const result = assemble(text);
    expect(result).toMatchObject({ ok: false, problem: { code, line, column } });
    if (!result.ok) expect(result.problem.message).toContain(words);
  });

  test('never throws, and takes only what decodes', () => {
    const word = fc.constantFrom(
      'r1',
      'w2',
      '=',
      '+=',
      'goto',
      '+3',
      'if',
      '(',
      ')',
      '*',
      'u8',
      '5',
      '-',
      'call',
      'll',
      ':',
      '[',
      ']',
      'skb',
      'lock',
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
        const result = assemble(words.join(' '));
        if (result.ok && result.code.length > 0) expect(decode(result.code).ok).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});
