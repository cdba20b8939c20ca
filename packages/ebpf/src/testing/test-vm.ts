import { Arena } from '../memory/arena.ts';
import type { VmOptions } from '../vm/program.ts';
import { Vm } from '../vm/vm.ts';

/** A Vm for tests and benches: a clock that stands still, a fixed sequence of "random" numbers, one current CPU. */
export function testVm(options: Partial<VmOptions> = {}): Vm {
  let seed = 1;
  return new Vm({
    arena: options.arena ?? new Arena(16 << 20),
    cpus: 2,
    helpers: new Map(),
    now: () => 1_000_000_000n,
    random: () => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return seed;
    },
    currentCpu: () => 0,
    ...options,
  });
}
