import { BPF_SCENARIOS, SCENARIOS } from '@sluice/engine/testing';
import { createModelKernel } from '@sluice/model';
import { describe, expect, it } from 'vitest';
import { DIVERGENCES } from './divergences.ts';
import { holds } from './holds.ts';
import { modelWorld } from './worlds.ts';

describe('what every kernel must do alike with packets, the model does', () => {
  it.each(SCENARIOS)('$row $name', async ({ row, name, run, expected }) => {
    holds(`${row} ${name}`, 'model', await run(modelWorld()), expected);
  });
});

describe('what every BPF kernel must do alike, the model does', () => {
  it.each(BPF_SCENARIOS)('$name', ({ name, run, expected }) => {
    const host = createModelKernel().createHost({ name: 'host' });
    holds(name, 'model', run(host.bpf), expected);
  });
});

it('every scenario has a name of its own, and every declared divergence names one', () => {
  const names = [...SCENARIOS.map(({ row, name }) => `${row} ${name}`), ...BPF_SCENARIOS.map(({ name }) => name)];
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  expect(DIVERGENCES.map(({ scenario }) => scenario).filter((name) => !names.includes(name))).toEqual([]);
});
