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
});

function expectAccepted(object: ObjectSpec): void {
  for (const program of object.programs) {
    const verdict = verifyProgram(object, program);
    expect(verdict.ok, verdict.ok ? '' : `${program.name}: ${verdict.log}`).toBe(true);
  }
}
