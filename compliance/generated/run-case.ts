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
/** A second after a question that was not answered, ARP asks again. */
const LINUX_MS_MAX = 800;
const TRIES_MAX = 6;
let hosts = 0;

/** What a case shows on the model, or what the model lacks to say so. */
export function observeModel(testCase: Case): { observation: Observation; missing: readonly string[] } {
  const kernel = createModelKernel();
  const built = build(kernel, testCase, 'host');
  const finish = drive(built, testCase, () => kernel.run(kernel.nowNs + STEP_NS));
  kernel.run(kernel.nowNs + LAST_NS);
  return { observation: finish(), missing: kernel.machine.hosts.flatMap((host) => [...host.undecidable.keys()]) };
}

/** What a case shows on Linux; undefined where the machine was so busy that timers of the kernel's may have fired. */
export async function observeLinux(testCase: Case): Promise<Observation | undefined> {
  const kernel = new LinuxKernel({ quietMs: QUIET_MS });
  try {
    const built = build(kernel, testCase, `case${++hosts}`);
    const started = performance.now();
    const finish = drive(built, testCase, () => {});
    await kernel.settle();
    const observation = finish();
    return performance.now() - started < LINUX_MS_MAX ? observation : undefined;
  } finally {
    kernel.close();
  }
}

/** Runs a case on both kernels. A difference counts only where Linux does the same a second time. */
export async function runCase(testCase: Case): Promise<Result> {
  const { observation, missing } = observeModel(testCase);
  if (missing.length > 0) return { kind: 'undecidable', missing };
  let lines: readonly string[] | undefined;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const linux = await observeLinux(testCase);
    if (!linux) continue;
    const found = differences(observation, linux);
    if (found.length === 0) return { kind: 'same' };
    if (lines) return { kind: 'different', lines: found };
    lines = found;
  }
  return { kind: 'undecidable', missing: ['a machine with time: the case took too long on Linux'] };
}
