import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFile, formatProblem } from '@sluice/compiler/node';
import { CORPUS, compileText, corpusText } from '@sluice/compiler/testing';
import { type ObjectSpec, verifyProgram } from '@sluice/ebpf';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const files = ['packages/datapath/src/bpf', 'examples'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.bpf.ts'))
    .map((file) => join(folder, file)),
);

describe('what our compiler makes, our verifier accepts', () => {
  it.each(files)('%s', (file) => {
    const { spec, problems } = compileFile(join(root, file), root);
    // Modules of an object, which hold no program, are compiled with it only.
    if (spec) expectAccepted(spec);
    else expect(problems.map(formatProblem).join('\n')).toContain('no program');
  });

  it.each(CORPUS)('$name', (testCase) => {
    const { spec } = compileText(corpusText(testCase));
    if (!spec) throw new Error('does not compile');
    expectAccepted(spec);
  });

  it('but names the TypeScript line of what it refuses', () => {
    const source = `
      class Event { kind: u32 = 0; n: u32 = 0 }
      const events = ringBuffer({ bytes: 4096 });
      export const forgets = xdp((ctx) => {
        const event = events.reserve(Event);
        if (event === null) return XDP_PASS;
        event.kind = ctx.rx_queue_index;
        return XDP_DROP;
      });`;
    const { spec } = compileText(corpusText({ source }));
    if (!spec) throw new Error('does not compile');
    const verdict = verifyProgram(spec, spec.programs[0]!);
    expect(verdict).toMatchObject({
      ok: false,
      message: expect.stringContaining('Unreleased reference id=2'),
      line: { file: 'test.bpf.ts', text: expect.stringContaining('return XDP_DROP') },
    });
  });
});

function expectAccepted(object: ObjectSpec): void {
  for (const program of object.programs) {
    const verdict = verifyProgram(object, program);
    expect(verdict.ok, verdict.ok ? '' : `${program.name}: ${verdict.log}`).toBe(true);
  }
}
