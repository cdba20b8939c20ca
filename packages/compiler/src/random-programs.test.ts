import { verifyProgram } from '@sluice/ebpf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProblem } from './diagnostics/problem.ts';
import { compileText } from './testing/compile-text.ts';
import { RANDOM_PACKET_BYTES, randomProgram } from './testing/random-program.ts';
import { runInVm } from './testing/run-in-vm.ts';

const RUNS = 60;

describe('random programs', () => {
  it('are accepted by our verifier and leave the packet as direct interpretation does, in both engines', () => {
    const bytes = fc.uint8Array({ minLength: RANDOM_PACKET_BYTES, maxLength: RANDOM_PACKET_BYTES });
    fc.assert(
      fc.property(fc.noShrink(fc.integer()), bytes, (seed, packet) => {
        const program = randomProgram(seed);
        const { spec, problems } = compileText(program.text);
        const refused = problems.map(formatProblem);
        expect({ refused, text: program.text }).toEqual({ refused: [], text: program.text });
        const verdict = verifyProgram(spec!, spec!.programs[0]!);
        const refusal = verdict.ok ? '' : verdict.message;
        expect({ refusal, text: program.text }).toEqual({ refusal: '', text: program.text });
        const wanted = [...program.run(packet)];
        for (const engine of ['interpreter', 'jit'] as const) {
          const after = [...runInVm(spec!, { packet, engine }).packet];
          expect({ engine, text: program.text, after }).toEqual({ engine, text: program.text, after: wanted });
        }
      }),
      { numRuns: RUNS },
    );
  });
});
