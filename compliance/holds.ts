import { expect } from 'vitest';
import { type Divergence, declared } from './divergences.ts';

/** Holds what was seen against what is expected; for a declared divergence, sees that it still differs. */
export function holds(scenario: string, kernel: Divergence['kernel'], seen: unknown, expected: unknown): void {
  const reason = declared(scenario, kernel);
  if (reason === undefined) expect(seen).toEqual(expected);
  else expect(seen, `declared as a divergence, and none any more: ${reason}`).not.toEqual(expected);
}
