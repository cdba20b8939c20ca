import { BpfTrap } from './bpf-trap.ts';
import { execute } from './interpreter.ts';
import type { Machine } from './machine.ts';
import { STRIDE } from './predecode.ts';

/** Calls a function of the running program from a helper: up to four 32-bit arguments, the low half of its r0. */
export type Callback = (entry: number, a: number, b: number, c: number, d: number) => number;

/** A place no instruction has: `execute` ends there. */
const OUTSIDE = -2;

/** Runs a function of an interpreted program inside a helper that its machine is calling. */
export function runCallback(m: Machine, entry: number, a: number, b: number, c: number, d: number): number {
  const { pc, budget, registers } = m;
  const before = m.executed;
  m.enter(OUTSIDE);
  registers.fill(0, 2, 12);
  registers[2] = a;
  registers[4] = b;
  registers[6] = c;
  registers[8] = d;
  m.pc = entry * STRIDE;
  if (!execute(m, budget) || m.callbackWork(m.executed - before) > budget) {
    throw new BpfTrap('budget', m.linked.name, `more than ${budget} instructions in callbacks`, m.slot);
  }
  m.pc = pc;
  return registers[0]!;
}
