import { verifyProgram } from '@sluice/ebpf';
import { describe, expect, it } from 'vitest';
import { formatProblem } from './diagnostics/problem.ts';
import { compileText } from './testing/compile-text.ts';
import { CORPUS, CORPUS_PACKET, corpusText } from './testing/corpus.ts';
import { runInVm } from './testing/run-in-vm.ts';

describe('compiled programs are accepted by our verifier and run as they are written:', () => {
  it.each(CORPUS.map((entry) => [entry.name, entry] as const))('%s', (_, entry) => {
    const { spec, problems } = compileText(corpusText(entry));
    expect(problems.map(formatProblem)).toEqual([]);
    for (const program of spec!.programs) {
      const verdict = verifyProgram(spec!, program);
      expect(verdict.ok ? 'accepted' : verdict.message).toBe('accepted');
    }
    const before = entry.packet ?? CORPUS_PACKET;
    const after = before.slice();
    for (const [offset, byte] of Object.entries(entry.changed ?? {})) after[Number(offset)] = byte;
    for (const engine of ['interpreter', 'jit'] as const) {
      const { result, packet } = runInVm(spec!, { packet: before, engine, times: entry.times ?? 1 });
      expect({ engine, result, packet: [...packet] }).toEqual({ engine, result: entry.result, packet: [...after] });
    }
  });
});
