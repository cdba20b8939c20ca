import type { State } from '../state/state.ts';

/**
 * Notes that a path reads a stack cell: all checkpoints on the way, back to where the cell was last written whole, can
 * only cover states that agree in it.
 */
export function readCell(state: State, depth: number, index: number): void {
  if (state.frames[depth]!.wroteSinceCheckpoint(index)) return;
  for (let c = state.parent; c && c.frames.length > depth; c = c.parent) {
    if (c.isCellRead(depth, index)) return;
    c.markCellRead(depth, index);
    if (c.frames[depth]!.wroteSinceCheckpoint(index)) return;
  }
}
