import { BPF_SCENARIOS, SCENARIOS } from '@sluice/engine/testing';
import { linuxBpf } from '@sluice/linux';
import { afterEach, describe, it } from 'vitest';
import { holds } from './holds.ts';
import { linuxMissing, linuxWorld, type OpenWorld } from './worlds.ts';

const missing = linuxMissing('the compliance suite on Linux');

describe.skipIf(missing)('what every kernel must do alike with packets, Linux does', () => {
  let world: OpenWorld | undefined;
  afterEach(() => {
    world?.close();
    world = undefined;
  });

  it.each(SCENARIOS)('$row $name', async ({ row, name, run, expected }) => {
    world = linuxWorld();
    holds(`${row} ${name}`, 'linux', await run(world), expected);
  });
});

describe.skipIf(missing)('what every BPF kernel must do alike, Linux does', () => {
  it.each(BPF_SCENARIOS)('$name', ({ name, run, expected }) => {
    holds(name, 'linux', run(linuxBpf()), expected);
  });
});
