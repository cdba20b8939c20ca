import type { Kernel } from '../kernel.ts';

/** A kernel to try things on, and a way to let a little time pass. */
export interface World {
  readonly kernel: Kernel;
  /**
   * Lets everything happen that happens at once, and a tenth of a second pass: no retransmission, no timeout. `settle`
   * of the model would wait for those too, in its own time.
   */
  readonly moment: () => Promise<void>;
}

/**
 * What every kernel must do alike with packets: builds its own hosts through the contract and returns what it saw, plain
 * data that must equal `expected` on the model and on Linux.
 */
export interface NetScenario {
  /** Row of the system's list. */
  readonly row: string;
  readonly name: string;
  readonly run: (world: World) => Promise<unknown>;
  readonly expected: unknown;
}

/** The scenarios of one row. */
export function rowOf(row: string, scenarios: readonly Omit<NetScenario, 'row'>[]): readonly NetScenario[] {
  return scenarios.map((scenario) => ({ row, ...scenario }));
}
