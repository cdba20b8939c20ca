import { FRAME_POINTER } from '../../isa/opcode.ts';
import { unsettledSum } from '../domain/alu.ts';
import type { State } from '../state/state.ts';
import type { Value } from '../state/value.ts';

/**
 * Lets what a branch told of the scalar `known` hold of all that share its id, in registers and on the stack. Only so
 * many are followed, nearest frame first, as in Linux; the rest keep what they knew.
 *
 * @param room how many more may be followed in this branch
 * Kernel: kernel/bpf/verifier.c collect_linked_regs(), sync_linked_regs().
 */
export function spreadKnowledge(state: State, known: Value, room: { left: number }): void {
  if (known.kind !== 'scalar' || known.id === 0) return;
  const change = (value: Value): Value => {
    if (value.kind !== 'scalar' || value.id !== known.id) return value;
    if (--room.left < 0) return value.with({ id: 0, off: 0, linkOffset: false }).from(value);
    return value === known ? value : told(value, known);
  };
  for (let depth = state.depth; depth >= 0; depth--) {
    const { registers, cells } = state.frames[depth]!;
    for (let i = 0; i < FRAME_POINTER; i++) {
      const after = change(registers[i]!);
      if (after !== registers[i]) state.own(depth).registers[i] = after;
    }
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]!;
      if (!cell.isSpill) continue;
      const after = change(cell.value);
      if (after !== cell.value) state.own(depth).cells[i] = cell.withValue(after);
    }
  }
}

function told(value: Value, known: Value): Value {
  const distance = (value.linkOffset ? value.off : 0) - (known.linkOffset ? known.off : 0);
  if (distance === 0) return value.with({ bounds: known.bounds }).from(value, known);
  const bounds = unsettledSum(known.bounds, BigInt(distance));
  return value.with({ bounds }).from(value, known);
}
