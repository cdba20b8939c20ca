import { FRAME_POINTER } from '../../isa/opcode.ts';
import type { State } from '../state/state.ts';
import { markPrecise } from '../state/value.ts';
import { Checkpoint } from './checkpoint.ts';
import { type Comparison, covers, repeats } from './covers.ts';
import { readCell } from './stack-reads.ts';

/** How much has been looked at: on it depends when another checkpoint pays. */
export interface Progress {
  instructions: number;
  jumps: number;
}

export type Visit = 'new' | 'covered' | 'endless';

/** The states kept at prune points. */
export class Visited {
  readonly #bySlot = new Map<number, Checkpoint[]>();
  readonly #last: Progress = { instructions: 0, jumps: 0 };
  /** Checkpoints taken in all, and most kept at a time. */
  total = 0;
  kept = 0;
  peak = 0;

  /** @param exhaustive nothing counts as covered */
  constructor(readonly exhaustive: boolean) {}

  /**
   * Looks whether `state`, about to execute `slot`, is covered by a state known to be safe, or repeats one that it
   * comes from. If neither, keeps it from time to time.
   *
   * Kernel: kernel/bpf/verifier.c is_state_visited(); when to keep and when to drop a state follows it, so that the
   * same programs are found too complex.
   */
  visit(slot: number, state: State, how: Comparison, now: Progress): Visit {
    const force = state.steps > 40;
    const instructions = now.instructions - this.#last.instructions;
    const jumps = now.jumps - this.#last.jumps;
    let keep = force || (jumps >= 2 && instructions >= 8);
    const here = this.#bySlot.get(slot) ?? [];
    for (let i = here.length - 1; i >= 0; i--) {
      const old = here[i]!;
      if (old.branches > 0) {
        if (repeats(old, state)) return 'endless';
        // In a loop, only now and then.
        if (!force && jumps < 20 && instructions < 100) keep = false;
      } else if (!this.exhaustive && covers(old, state, how)) {
        old.hits++;
        inherit(old, state, how);
        return 'covered';
      }
      if (keep) old.misses++;
      if (old.misses > old.hits * 3 + 3) {
        here.splice(i, 1);
        this.kept--;
      }
    }
    if (keep) this.#keep(slot, state, here, now);
    return 'new';
  }

  #keep(slot: number, state: State, here: Checkpoint[], now: Progress): void {
    here.push(Checkpoint.take(slot, state));
    this.#bySlot.set(slot, here);
    this.#last.instructions = now.instructions;
    this.#last.jumps = now.jumps;
    this.total++;
    this.kept++;
    if (this.kept > this.peak) this.peak = this.kept;
  }
}

/** What paths from `old` depended on, the path of `state`, which ends here, depends on too. */
function inherit(old: Checkpoint, state: State, how: Comparison): void {
  for (let depth = 0; depth < old.frames.length; depth++) {
    const { registers, cells } = old.frames[depth]!;
    const now = state.frames[depth]!;
    for (let i = 0; i < FRAME_POINTER; i++) {
      if ((how.live[depth]! >>> i) & 1 && registers[i]!.precise) markPrecise(now.registers[i]!);
    }
    for (let i = 0; i < cells.length; i++) {
      if (!old.isCellRead(depth, i)) continue;
      readCell(state, depth, i);
      const cell = now.cell(i);
      if (cells[i]!.isSpill && cells[i]!.value.precise && cell.isSpill) markPrecise(cell.value);
    }
  }
}
