import fc from 'fast-check';
import { expect, it } from 'vitest';
import { portPrefixes } from './port-prefixes.ts';

it('portPrefixes() covers each port of the range once and no other', () => {
  const range = fc.tuple(fc.integer({ min: 1, max: 65535 }), fc.integer({ min: 0, max: 3000 }));
  fc.assert(
    fc.property(range, ([first, length]) => {
      const last = Math.min(65535, first + length);
      const covered = portPrefixes(first, last).flatMap(({ port, bits }) =>
        Array.from({ length: 2 ** (16 - bits) }, (_, i) => port + i),
      );
      expect(covered.sort((a, b) => a - b)).toEqual(Array.from({ length: last - first + 1 }, (_, i) => first + i));
    }),
    { numRuns: 200 },
  );
});
