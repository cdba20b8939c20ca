import type { Helper, VmOptions } from '../program.ts';
import type { RunState } from '../run-state.ts';

const TWO32 = 4294967296;
const NS_PER_JIFFY = 4_000_000;

/** Helpers about time, chance and the CPU, by id. All clocks are the one the kernel gives. */
export function generalHelpers(options: VmOptions, state: RunState): [number, Helper][] {
  const answer = (value: number): number => {
    state.resultHigh = Math.floor(value / TWO32);
    return (value % TWO32) | 0;
  };
  // Exact up to 2^53 ns, which is 104 days of a kernel's life.
  const now = (): number => answer(Number(options.now()));
  return [
    [5, now],
    [125, now],
    [160, now],
    [208, now],
    [118, () => answer(Math.floor(Number(options.now()) / NS_PER_JIFFY))],
    [7, () => options.random() | 0],
    [8, () => options.currentCpu()],
    [42, () => 0],
  ];
}
