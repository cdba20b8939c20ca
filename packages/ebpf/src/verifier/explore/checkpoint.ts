import type { Frame, Reference, State } from '../state/state.ts';

/**
 * A state kept at a prune point. Once all paths from it are explored (`branches` is 0) it is known to be safe, and
 * later states that it covers need not be explored.
 */
export class Checkpoint {
  /** Paths from here not yet explored to the end. */
  branches = 1;
  hits = 0;
  misses = 0;
  /** Cells read on some path from here before being written: two 32-bit masks for each frame. */
  readonly cellsRead: Int32Array;

  private constructor(
    readonly slot: number,
    readonly frames: readonly Frame[],
    readonly references: readonly Reference[],
    readonly parent: Checkpoint | undefined,
  ) {
    this.cellsRead = new Int32Array(frames.length * 2);
  }

  /**
   * Keeps `state`, and lets it go on from here. Kept scalars start as not relied upon, and those that go on rely on
   * them: so their `precise` will tell what matters from here on.
   */
  static take(slot: number, state: State): Checkpoint {
    const kept = state.frames.map((frame) => relyingOn(frame, true));
    const checkpoint = new Checkpoint(slot, kept, state.references, state.parent);
    const going = kept.map((frame) => relyingOn(frame, false));
    for (const frame of going) frame.writtenLow = frame.writtenHigh = 0;
    state.adopt(going);
    state.parent = checkpoint;
    state.steps = 0;
    return checkpoint;
  }

  isCellRead(depth: number, index: number): boolean {
    return ((this.cellsRead[depth * 2 + (index >>> 5)]! >>> (index & 31)) & 1) === 1;
  }

  markCellRead(depth: number, index: number): void {
    this.cellsRead[depth * 2 + (index >>> 5)]! |= 1 << (index & 31);
  }

  /** One path from here has been explored; so may then be paths from the checkpoints before. */
  branchDone(): void {
    for (let c: Checkpoint | undefined = this; c; c = c.parent) {
      if (--c.branches > 0) return;
    }
  }
}

/** A copy of the frame whose scalars, or only those relied upon already, are others that rely on the original's. */
function relyingOn(frame: Frame, preciseOnly: boolean): Frame {
  const copy = frame.clone();
  const { registers, cells } = copy;
  for (let i = 0; i < registers.length; i++) {
    const value = registers[i]!;
    if (value.precise || !preciseOnly) registers[i] = value.copy();
  }
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]!;
    if (!cell.isSpill || cell.value.kind !== 'scalar') continue;
    if (cell.value.precise || !preciseOnly) cells[i] = cell.withValue(cell.value.copy());
  }
  return copy;
}
