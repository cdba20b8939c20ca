import type { World } from '@sluice/engine/testing';
import { LinuxKernel, probeBpf } from '@sluice/linux';
import { createModelKernel, type ModelKernel } from '@sluice/model';

/** A tenth of a second of virtual time. */
const MOMENT_NS = 100_000_000;

/** A world, and how to give it back. */
export interface OpenWorld extends World {
  readonly close: () => void;
}

/** The model, at the start of its time. */
export function modelWorld(): OpenWorld & { readonly kernel: ModelKernel } {
  const kernel = createModelKernel();
  return { kernel, moment: async () => kernel.run(kernel.nowNs + MOMENT_NS), close: () => {} };
}

/** The running kernel, in namespaces of our own. `close` gives everything back. */
export function linuxWorld(): OpenWorld & { readonly kernel: LinuxKernel } {
  const kernel = new LinuxKernel();
  return { kernel, moment: () => kernel.settle(), close: () => kernel.close() };
}

/** Why the running kernel cannot be used here, or undefined where it can. Says so once on the console. */
export function linuxMissing(what: string): string | undefined {
  const capability = probeBpf();
  if (capability.usable) return undefined;
  console.warn(`skipping ${what}: ${capability.missing}`);
  return capability.missing;
}
