import { afterAll, describe, expect, it } from 'vitest';
import { Agreement } from './agreement.ts';
import { Chance } from './chance.ts';
import { KernelVerifier } from './kernel.ts';
import { skipsAgreement } from './live.ts';
import { RandomJoins } from './random-joins.ts';
import { RandomProgram } from './random-program.ts';

/** Another seed, and more programs: SLUICE_SEED=7 SLUICE_PROGRAMS=100000. */
const seed = Number(process.env['SLUICE_SEED'] ?? 1);
const programs = Number(process.env['SLUICE_PROGRAMS'] ?? 2000);

const kernel = new KernelVerifier();
afterAll(() => kernel.close());

describe.skipIf(skipsAgreement())('random programs', () => {
  it.each(['xdp', 'sched_cls'] as const)('%s programs that we accept Linux accepts', (type) => {
    const agreement = new Agreement(kernel);
    for (let i = 0; i < programs / 2; i++) {
      const chance = new Chance(seed * 1_000_003 + i);
      agreement.compare(`seed ${seed}, program ${i}`, new RandomProgram(chance, type).build(2 + (i % 12)));
    }
    console.info(`random, ${type}: ${agreement.summary()}`);
    expect(agreement.unsound).toEqual([]);
    // We follow fewer operations than Linux; but seldom does that matter.
    expect(agreement.strict.length).toBeLessThan(programs / 100);
    expect(agreement.bothAccept).toBeGreaterThan(programs / 10);
  });

  it('programs of paths that part and join, which we accept, Linux accepts', () => {
    const agreement = new Agreement(kernel);
    for (let i = 0; i < programs; i++) {
      const chance = new Chance(seed * 1_000_003 + i);
      agreement.compare(`seed ${seed}, program ${i}`, new RandomJoins(chance).build(2 + (i % 9)));
    }
    console.info(`random, joins: ${agreement.summary()}`);
    expect(agreement.unsound).toEqual([]);
    expect(agreement.strict.length).toBeLessThan(programs / 1000);
    expect(agreement.bothAccept).toBeGreaterThan(programs / 2);
  });
});
