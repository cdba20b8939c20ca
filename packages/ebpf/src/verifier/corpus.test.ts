import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseVerifierCases } from '../testing/verifier-cases.ts';
import { verify } from './verify.ts';

const folder = fileURLToPath(new URL('../../../../vectors/verifier/', import.meta.url));

describe.each(readdirSync(folder))('vectors/verifier/%s', (file) => {
  const cases = parseVerifierCases(readFileSync(folder + file, 'utf8'));

  it.each(cases)('$name', ({ input, accepted, words }) => {
    const verdict = verify(input);
    if (verdict.ok) expect(accepted, `accepted: ${JSON.stringify(verdict.facts)}`).toBe(true);
    else {
      expect(accepted, verdict.log).toBe(false);
      expect(verdict.message).toContain(words);
      expect(verdict.log).toContain(verdict.message);
    }
  });
});
