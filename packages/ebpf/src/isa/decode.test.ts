import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { call, exit, lddw, mov64Imm } from './build.ts';
import { decode } from './decode.ts';
import { encode } from './encode.ts';
import { INSTRUCTION_FORMS } from './table.ts';
import { anyInstruction } from './testing.ts';

describe('decode()', () => {
  test('reads back what encode() wrote, for every form in the table', () => {
    fc.assert(
      fc.property(fc.array(anyInstruction(), { minLength: 1, maxLength: 20 }), (instructions) => {
        const decoded = decode(encode(instructions));
        expect(decoded).toMatchObject({ ok: true, instructions });
      }),
    );
  });

  test('never throws and never reads garbage as valid', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const decoded = decode(bytes);
        if (decoded.ok) expect(encode(decoded.instructions)).toEqual(bytes);
        else expect(decoded.problem.message).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });

  test('counts LDDW as two slots', () => {
    const decoded = decode(encode([mov64Imm(0, 1), lddw(1, 2n ** 64n - 1n), exit()]));
    expect(decoded).toMatchObject({ ok: true, slotOf: Int32Array.of(0, 1, 3), indexOf: Int32Array.of(0, 1, -1, 2) });
  });

  test.each([
    ['I001', []],
    ['I001', [0x95, 0, 0]],
    ['I002', [0x8d, 0, 0, 0, 0, 0, 0, 0]],
    ['I003', [0xb7, 0x0b, 0, 0, 0, 0, 0, 0]],
    ['I004', [0x95, 1, 0, 0, 0, 0, 0, 0]],
    ['I005', [0xdb, 0, 0, 0, 0x77, 0, 0, 0]],
    ['I005', [0x85, 0x30, 0, 0, 0, 0, 0, 0]],
    ['I006', [0x18, 0, 0, 0, 0, 0, 0, 0]],
    ['I006', [0x18, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0]],
  ] as const)('answers %s for %j', (code, bytes) => {
    expect(decode(Uint8Array.from(bytes))).toMatchObject({ ok: false, problem: { code } });
  });

  test('names the slot of the offending instruction, not its index', () => {
    const code = encode([lddw(1, 1n), { ...call(1), dst: 1 }]);
    expect(decode(code)).toMatchObject({ ok: false, problem: { slot: 2 } });
  });
});

test('the table has no two forms of one name or one encoding', () => {
  const names = INSTRUCTION_FORMS.map((f) => f.name);
  expect(new Set(names).size).toBe(names.length);
  const keys = INSTRUCTION_FORMS.map((f) =>
    [f.opcode, f.src, f.offset, f.imm].map((x) => (typeof x === 'number' ? x : '')).join(),
  );
  expect(new Set(keys).size).toBe(keys.length);
});
