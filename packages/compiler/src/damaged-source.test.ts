import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileText } from './testing/compile-text.ts';
import { CORPUS, corpusText } from './testing/corpus.ts';

const tokens = (text: string): string[] => text.match(/\s+|\w+|[^\s\w]/g) ?? [];
const SOURCES = CORPUS.map(({ source }) => tokens(source));
const TOKENS = SOURCES.flat().filter((token) => token.trim() !== '');

it('a damaged source is compiled or refused with a place and a sentence, and nothing is thrown', () => {
  const damage = fc.record({ at: fc.nat(), how: fc.constantFrom('remove', 'replace', 'insert'), by: fc.nat() });
  fc.assert(
    fc.property(fc.nat(SOURCES.length - 1), fc.array(damage, { minLength: 1, maxLength: 3 }), (which, damages) => {
      const source = [...SOURCES[which]!];
      for (const { at, how, by } of damages) {
        const token = TOKENS[by % TOKENS.length]!;
        source.splice(at % source.length, how === 'insert' ? 0 : 1, ...(how === 'remove' ? [] : [token]));
      }
      const { object, problems } = compileText(corpusText({ source: source.join('') }));
      if (object) return;
      expect(problems.length).toBeGreaterThan(0);
      for (const { message, line, column, code } of problems) {
        expect(message).not.toBe('');
        expect(code).toMatch(/^(S\d{3}|TS\d+)$/);
        expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
      }
    }),
    { numRuns: 400 },
  );
});
