import { NET_SCENARIOS } from '@sluice/engine/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { probeBpf } from '../capability/probe-bpf.ts';
import { LinuxKernel } from './linux-kernel.ts';

const capability = probeBpf();
if (!capability.usable) console.warn(`skipping packets on Linux: ${capability.missing}`);

describe.skipIf(!capability.usable)('packets on Linux', () => {
  let kernel: LinuxKernel | undefined;
  afterEach(() => {
    kernel?.close();
    kernel = undefined;
  });

  it.each(NET_SCENARIOS)('$name', async ({ run, expected }) => {
    kernel = new LinuxKernel();
    expect(await run(kernel)).toEqual(expected);
  });
});
