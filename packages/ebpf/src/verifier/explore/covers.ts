import { FRAME_POINTER } from '../../isa/opcode.ts';
import { boundsContain, boundsEqual } from '../domain/bounds.ts';
import { BYTE, CELL, isAllMisc, type StackCell } from '../state/stack-cell.ts';
import type { Frame, State } from '../state/state.ts';
import { unknown, type Value } from '../state/value.ts';
import type { Checkpoint } from './checkpoint.ts';

/** One-to-one pairing of ids in two states, made up while comparing. */
class IdPairs {
  readonly #forth = new Map<number, number>();
  readonly #back = new Map<number, number>();
  /** Ids for scalars that have none: below all others. */
  #spare = 0;

  match(old: number, now: number): boolean {
    if ((old === 0) !== (now === 0)) return false;
    if (old === 0) return true;
    const known = this.#forth.get(old);
    if (known !== undefined) return known === now;
    if (this.#back.has(now)) return false;
    this.#forth.set(old, now);
    this.#back.set(now, old);
    return true;
  }

  /** A link between scalars in the old state must be there in the new one; more links do no harm. */
  matchScalars(old: number, now: number): boolean {
    return old === 0 || this.match(old, now === 0 ? --this.#spare : now);
  }
}

export interface Comparison {
  /** Registers that matter, by depth. */
  readonly live: readonly number[];
  readonly allowUninitializedStack: boolean;
}

/**
 * Whether everything that may happen from `state` may happen from `old` too, so that `old` being safe makes it safe.
 * Compared is only what paths from `old` were seen to depend on.
 *
 * Kernel: kernel/bpf/verifier.c states_equal() with NOT_EXACT.
 */
export function covers(old: Checkpoint, state: State, how: Comparison): boolean {
  if (!sameCalls(old, state)) return false;
  const ids = new IdPairs();
  for (let depth = 0; depth < old.frames.length; depth++) {
    const a = old.frames[depth]!;
    const b = state.frames[depth]!;
    for (let i = 0; i < FRAME_POINTER; i++) {
      if ((how.live[depth]! >>> i) & 1 && !valueCovers(a.registers[i]!, b.registers[i]!, ids)) return false;
    }
    for (let i = 0; i < a.cells.length; i++) {
      if (old.isCellRead(depth, i) && !cellCovers(a.cells[i]!, b.cell(i), ids, how)) return false;
    }
  }
  return sameReferences(old, state, ids);
}

/**
 * Whether `state` is just what it was before: then the loop that led here never ends.
 * Kernel: kernel/bpf/verifier.c states_maybe_looping(), states_equal() with EXACT.
 */
export function repeats(old: Checkpoint, state: State): boolean {
  if (!sameCalls(old, state)) return false;
  const ids = new IdPairs();
  return (
    old.frames.every((frame, depth) => frameRepeats(frame, state.frames[depth]!, ids)) &&
    sameReferences(old, state, ids)
  );
}

function sameCalls(old: Checkpoint, state: State): boolean {
  return (
    old.frames.length === state.frames.length &&
    old.frames.every((frame, depth) => frame.callSite === state.frames[depth]!.callSite)
  );
}

function sameReferences(old: Checkpoint, state: State, ids: IdPairs): boolean {
  return (
    old.references.length === state.references.length &&
    old.references.every((reference, i) => ids.match(reference.id, state.references[i]!.id))
  );
}

function valueCovers(old: Value, now: Value, ids: IdPairs): boolean {
  if (old.kind === '?') return true;
  if (old.kind !== now.kind || old.orNull !== now.orNull) return false;
  switch (old.kind) {
    case 'scalar':
      if (!old.precise) return true;
      if (old.linkOffset !== now.linkOffset && old.id !== 0) return false;
      if (old.linkOffset && old.off !== now.off) return false;
      return ids.matchScalars(old.id, now.id) && boundsContain(old.bounds, now.bounds);
    case 'map_value':
    case 'ringbuf_mem':
      return (
        old.off === now.off &&
        old.map === now.map &&
        old.memBytes === now.memBytes &&
        boundsContain(old.bounds, now.bounds) &&
        ids.match(old.id, now.id) &&
        ids.match(old.reference, now.reference)
      );
    case 'pkt':
    case 'pkt_meta':
      if (old.range < 0 || now.range < 0 ? old.range !== now.range : old.range > now.range) return false;
      return old.off === now.off && ids.match(old.id, now.id) && boundsContain(old.bounds, now.bounds);
    case 'ctx':
    case 'map_ptr':
    case 'fp':
    case 'pkt_end':
    case 'sock':
    case 'sock_common':
    case 'xdp_sock':
      return samePointer(old, now, ids);
    default:
      return old.kind satisfies never;
  }
}

function samePointer(old: Value, now: Value, ids: IdPairs): boolean {
  return (
    old.kind === now.kind &&
    old.orNull === now.orNull &&
    old.off === now.off &&
    old.frame === now.frame &&
    old.map === now.map &&
    old.memBytes === now.memBytes &&
    old.range === now.range &&
    old.linkOffset === now.linkOffset &&
    boundsEqual(old.bounds, now.bounds) &&
    ids.match(old.id, now.id) &&
    ids.match(old.reference, now.reference)
  );
}

const ANYTHING = unknown();

function cellCovers(old: StackCell, now: StackCell, ids: IdPairs, how: Comparison): boolean {
  if (old === now && !old.isSpill) return true;
  const a = asScalar(old, how);
  const b = a && asScalar(now, how);
  if (a && b) return valueCovers(a, b, ids);
  // A part of a spilled pointer cannot be loaded, though any number there could.
  const pointer = now.isSpill && now.value.kind !== 'scalar';
  for (let i = 0; i < CELL; i++) {
    const x = old.at(i);
    const y = now.at(i);
    if (x === y) continue;
    if (pointer) return false;
    if (x === BYTE.invalid) continue;
    if (x === BYTE.misc && (how.allowUninitializedStack || y === BYTE.zero)) continue;
    return false;
  }
  return !old.isSpill || valueCovers(old.value, now.value, ids);
}

/** The cell as one 64-bit number, where it is one. */
function asScalar(cell: StackCell, how: Comparison): Value | undefined {
  if (cell.isWholeSpill) return cell.value.kind === 'scalar' ? cell.value : undefined;
  return isAllMisc(cell, how.allowUninitializedStack) ? ANYTHING : undefined;
}

function frameRepeats(old: Frame, now: Frame, ids: IdPairs): boolean {
  if (old.cells.length !== now.cells.length) return false;
  for (let i = 0; i < old.registers.length; i++) {
    if (!samePointer(old.registers[i]!, now.registers[i]!, ids)) return false;
  }
  return old.cells.every((cell, i) => {
    const other = now.cells[i]!;
    return cell.bytes === other.bytes && (!cell.isSpill || samePointer(cell.value, other.value, ids));
  });
}
