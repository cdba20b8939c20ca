import { describe, expect, it } from 'vitest';
import { runInKernel, whyNoKernel } from './node/bpftool.testing.ts';
import { compileText } from './testing/compile-text.ts';
import { CORPUS, CORPUS_PACKET, corpusText } from './testing/corpus.ts';

const reason = whyNoKernel();

if (reason) it.skip(`needs the kernel: ${reason}`, () => {});

describe.skipIf(reason)('Linux takes the compiled programs and gives the same results:', () => {
  it.each(CORPUS.map((entry) => [entry.name, entry] as const))('%s', (_, entry) => {
    const { object, spec } = compileText(corpusText(entry));
    const before = entry.packet ?? CORPUS_PACKET;
    const after = before.slice();
    for (const [offset, byte] of Object.entries(entry.changed ?? {})) after[Number(offset)] = byte;
    const { result, packet } = runInKernel(object!, spec!.programs[0]!.name, before, entry.times ?? 1);
    expect({ result, packet: [...packet] }).toEqual({ result: entry.result, packet: [...after] });
  });
});
