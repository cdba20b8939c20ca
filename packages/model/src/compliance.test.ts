import { BPF_SCENARIOS, NET_SCENARIOS } from '@sluice/engine/testing';
import { describe, expect, it } from 'vitest';
import { createModelKernel } from './kernel/model-kernel.ts';

/** Known differences from Linux, by scenario, and why. One that is none any more makes the test fail. */
const DECLARED: Readonly<Record<string, string>> = {
  'the verifier refuses a packet read without a bounds check':
    'our verifier says the first of the two lines that Linux prints',
};

/** Holds what was seen against what Linux does, or, for a declared scenario, sees that it still differs. */
function compare(name: string, seen: unknown, expected: unknown): void {
  if (DECLARED[name] === undefined) expect(seen).toEqual(expected);
  else expect(seen).not.toEqual(expected);
}

describe('what every BPF kernel must do alike, the model does', () => {
  it.each(BPF_SCENARIOS)('$name', ({ name, run, expected }) => {
    const host = createModelKernel().createHost({ name: 'host' });
    compare(name, run(host.bpf), expected);
  });
});

describe('what every kernel must do alike with packets, the model does', () => {
  it.each(NET_SCENARIOS)('$name', async ({ name, run, expected }) => {
    compare(name, await run(createModelKernel()), expected);
  });
});
