import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProblem } from './diagnostics/problem.ts';
import { compileText } from './testing/compile-text.ts';
import { anyExpression, anyInputs, type Expression, HOST_INTS, type Inputs } from './testing/expression.ts';
import { runInVm } from './testing/run-in-vm.ts';
import { INTS } from './types/type.ts';

const PER_PROGRAM = 12;

/** A program that reads all inputs from the packet and writes each expression's value, as 64 bits, behind them. */
function programOf(expressions: readonly Expression[]): string {
  return `
    import { ${[...HOST_INTS, 'packet', 'xdp', 'array', 'type FixedArray'].join(', ')} } from '@sluice/compiler/bpf';
    class Inputs { ${[...HOST_INTS]
      .sort((a, b) => INTS[b].bits - INTS[a].bits)
      .map((name) => `${name}: ${name} = ${INTS[name].bits === 64 ? '0n' : '0'};`)
      .join(' ')} pad: u16 = 0 }
    class Results { at: FixedArray<u64, ${expressions.length}> = array(u64, ${expressions.length}) }
    export const p = xdp((ctx) => {
      const inputs = packet(ctx, 0, Inputs);
      const results = packet(ctx, 32, Results);
      if (inputs === null || results === null) return 0;
      ${HOST_INTS.map((name) => `const v_${name} = inputs.${name};`).join('\n')}
      const zero32 = v_u8 & 0; const zero64 = v_u64 & 0n;
      ${expressions.map(({ text }, i) => `results.at[${i}] = u64(${text});`).join('\n')}
      return 1;
    });`;
}

function packetOf(inputs: Inputs, results: number): Uint8Array {
  const packet = new Uint8Array(32 + 8 * results);
  const view = new DataView(packet.buffer);
  let at = 0;
  for (const name of [...HOST_INTS].sort((a, b) => INTS[b].bits - INTS[a].bits)) {
    const { bits } = INTS[name];
    for (let i = 0; i < bits; i += 8) view.setUint8(at++, Number((inputs[name] >> BigInt(i)) & 255n));
  }
  return packet;
}

describe('random integer expressions', () => {
  it('have the value that the rules of the language give them, in both engines', () => {
    const expressions = fc.array(anyExpression(4), { minLength: PER_PROGRAM, maxLength: PER_PROGRAM });
    fc.assert(
      fc.property(expressions, fc.array(anyInputs, { minLength: 3, maxLength: 3 }), (several, inputSets) => {
        const { spec, problems } = compileText(programOf(several));
        expect(problems.map(formatProblem)).toEqual([]);
        for (const inputs of inputSets) {
          for (const engine of ['interpreter', 'jit'] as const) {
            const { packet, result } = runInVm(spec!, { packet: packetOf(inputs, several.length), engine });
            const view = new DataView(packet.buffer, packet.byteOffset);
            expect(result).toBe(1);
            several.forEach((expression, i) => {
              const value = view.getBigUint64(32 + 8 * i, true);
              const wanted = BigInt.asUintN(64, expression.value(inputs));
              expect({ engine, text: expression.text, value }).toEqual({
                engine,
                text: expression.text,
                value: wanted,
              });
            });
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
