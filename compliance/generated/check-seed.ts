import fc from 'fast-check';
import { anyCase } from './arbitrary.ts';
import type { Case } from './case.ts';
import { type Result, runCase } from './run-case.ts';

/** How the case of one seed ended; a difference with the smallest case that still shows one. */
export type SeedResult =
  | Exclude<Result, { kind: 'different' }>
  | { readonly kind: 'different'; readonly lines: readonly string[]; readonly smallest: Case };

/** Shrinking stops after this long, with the smallest found by then. */
const SHRINK_MS = 25_000;

/** Runs the case of a seed on both kernels, and shrinks it where they differ. */
export async function checkSeed(seed: number, shrink = true): Promise<SeedResult> {
  let first: Result | undefined;
  let worst: { lines: readonly string[]; testCase: Case } | undefined;
  const property = fc.asyncProperty(anyCase, async (testCase) => {
    const result = await runCase(testCase);
    first ??= result;
    if (result.kind !== 'different') return true;
    worst = { lines: result.lines, testCase };
    return false;
  });
  await fc.check(property, {
    seed,
    numRuns: 1,
    endOnFailure: !shrink,
    ...(shrink ? { interruptAfterTimeLimit: SHRINK_MS } : {}),
  });
  if (worst) return { kind: 'different', lines: worst.lines, smallest: worst.testCase };
  if (!first || first.kind === 'different') throw new Error('assertion: no case was run');
  return first;
}
