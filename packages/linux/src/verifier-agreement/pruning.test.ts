import { type VerifierInput, verify } from '@sluice/ebpf';
import { describe, expect, it } from 'vitest';
import { Chance } from './chance.ts';
import { RandomJoins } from './random-joins.ts';
import { RandomProgram } from './random-program.ts';

/** Another seed, and more programs: SLUICE_SEED=7 SLUICE_PROGRAMS=100000. */
const seed = Number(process.env['SLUICE_SEED'] ?? 1);
const programs = Number(process.env['SLUICE_PROGRAMS'] ?? 1000);

/**
 * Leaving out a path because a safe state covers it must not change the verdict. No kernel is needed to see that.
 */
describe('what is accepted with pruning is accepted when every path is followed', () => {
  it.each([
    ['paths that part and join', (chance: Chance, i: number) => new RandomJoins(chance).build(2 + (i % 9))],
    ['anything', (chance: Chance, i: number) => new RandomProgram(chance).build(3 + (i % 10))],
  ] as const)('%s', (_, make) => {
    let pruned = 0;
    const changed: string[] = [];
    for (let i = 0; i < programs; i++) {
      const input: VerifierInput = make(new Chance(seed * 1_000_003 + i), i);
      const verdict = verify(input);
      if (!verdict.ok) continue;
      const whole = verify(input, { exhaustive: true });
      if (!whole.ok) changed.push(`seed ${seed}, program ${i}: ${whole.message}`);
      else if (whole.facts.instructions > verdict.facts.instructions) pruned++;
    }
    expect(changed.filter((text) => !/too large|too complex/.test(text))).toEqual([]);
    expect(pruned).toBeGreaterThan(programs / 10);
  });
});
