import type { Machine } from '../machine.ts';
import { UNINITIALISED } from '../state/value.ts';

/** Enters a function of the program: it gets r1 … r5 as they are. Returns its first slot. */
export function doLocalCall(m: Machine): number {
  const target = m.slot + 1 + m.instruction.imm;
  const { registers } = m.state.frame;
  const first = [UNINITIALISED, ...registers.slice(1, 6)];
  for (let i = 0; i <= 5; i++) m.setRegister(i, UNINITIALISED);
  m.state.enter(m.slot, m.functions.ofSlot[target]!, first);
  return target;
}

/** Leaves a function: its r0 becomes the caller's. Returns the next slot; undefined where the program ends. */
export function doExit(m: Machine): number | undefined {
  if (m.state.depth === 0) return undefined;
  const { callSite, registers } = m.state.leave();
  m.setRegister(0, registers[0]!);
  return callSite + 1;
}
