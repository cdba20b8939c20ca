import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseVerifierCases } from '@sluice/ebpf/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { KernelVerifier } from './kernel.ts';
import { skipsAgreement } from './live.ts';

const folder = fileURLToPath(new URL('../../../../vectors/verifier/', import.meta.url));
const kernel = new KernelVerifier();
afterAll(() => kernel.close());

describe.skipIf(skipsAgreement())('the verdicts in vectors/verifier are the kernel’s', () => {
  describe.each(readdirSync(folder))('%s', (file) => {
    const cases = parseVerifierCases(readFileSync(folder + file, 'utf8'));

    it.each(cases)('$name', ({ input, accepted, linux, words }) => {
      const verdict = kernel.verdict(input);
      expect(verdict.ok, `${verdict.errno}\n${verdict.log}`).toBe(linux);
      // Where the log holds words, they are ours too; before verification begins the kernel says nothing.
      if (!verdict.ok && !accepted && /\w/.test(verdict.log)) expect(verdict.log).toContain(words);
    });
  });
});
