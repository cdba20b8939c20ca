import { describe, expect, it } from 'vitest';
import { runInKernel, whyNoKernel } from './node/bpftool.testing.ts';
import { compileText } from './testing/compile-text.ts';
import { RANDOM_PACKET_BYTES, randomProgram } from './testing/random-program.ts';

const reason = whyNoKernel();
if (reason) it.skip(`needs the kernel: ${reason}`, () => {});

const SEEDS = Array.from({ length: 25 }, (_, i) => 1 + i * 7919);

describe.skipIf(reason)('random programs in Linux', () => {
  it.each(SEEDS)('seed %i is accepted and leaves the packet as direct interpretation does', (seed) => {
    const program = randomProgram(seed);
    const packet = Uint8Array.from({ length: RANDOM_PACKET_BYTES }, (_, i) => (seed + i * 77) & 255);
    const { object } = compileText(program.text);
    expect([...runInKernel(object!, 'p', packet).packet]).toEqual([...program.run(packet)]);
  });
});
