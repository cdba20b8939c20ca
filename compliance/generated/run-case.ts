import { LinuxKernel } from '@sluice/linux';
import { createModelKernel } from '@sluice/model';
import { build } from './build.ts';
import type { Case } from './case.ts';
import { differences } from './differences.ts';
import { drive, type Observation } from './observe.ts';

/** How a case ended. */
export type Result =
  | { readonly kind: 'same' }
  /** The model said that it cannot know, and why. */
  | { readonly kind: 'undecidable'; readonly missing: readonly string[] }
  | { readonly kind: 'different'; readonly lines: readonly string[] };

/** Virtual nanoseconds after each step: time for a frame to cross, none for a timer. */
const STEP_NS = 100_000;
const LAST_NS = 100_000_000;
/** Packets are handled within the call that puts them in; only processes take a little longer. */
const QUIET_MS = 20;
let hosts = 0;

/** What a case shows on the model, or what the model lacks to say so. */
export function observeModel(testCase: Case): { observation: Observation; missing: readonly string[] } {
  const kernel = createModelKernel();
  const built = build(kernel, testCase, 'host');
  const finish = drive(built, testCase, () => kernel.run(kernel.nowNs + STEP_NS));
  kernel.run(kernel.nowNs + LAST_NS);
  return { observation: finish(), missing: kernel.machine.hosts.flatMap((host) => [...host.undecidable.keys()]) };
}

/** What a case shows on Linux. */
export async function observeLinux(testCase: Case): Promise<Observation> {
  const kernel = new LinuxKernel({ quietMs: QUIET_MS });
  try {
    const built = build(kernel, testCase, `case${++hosts}`);
    const finish = drive(built, testCase, () => {});
    await kernel.settle();
    return finish();
  } finally {
    kernel.close();
  }
}

/** Runs a case on both kernels. A difference counts only where Linux does the same a second time. */
export async function runCase(testCase: Case): Promise<Result> {
  const { observation, missing } = observeModel(testCase);
  if (missing.length > 0) return { kind: 'undecidable', missing };
  for (let tries = 0; ; tries++) {
    const lines = differences(observation, await observeLinux(testCase));
    if (lines.length === 0) return { kind: 'same' };
    if (tries === 1) return { kind: 'different', lines };
  }
}
