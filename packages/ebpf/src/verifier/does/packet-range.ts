import type { JumpOp } from '../../isa/form.ts';
import { isZero } from '../domain/bounds.ts';
import { MAX_PACKET_OFF } from '../limits.ts';
import type { State } from '../state/state.ts';
import { AT_PKT_END, BEYOND_PKT_END, isPacketOrEnd, type Value } from '../state/value.ts';

/** A comparison seen as `pointer op end`, whatever the order it was written in. */
interface PacketComparison {
  readonly op: 'jgt' | 'jge' | 'jlt' | 'jle';
  readonly pointer: Value;
  /** Register that holds it. */
  readonly register: number;
}

const MIRRORED = { jgt: 'jlt', jge: 'jle', jlt: 'jgt', jle: 'jge' } as const;

/** The comparison of a packet pointer with the packet's end, or of a metadata pointer with its start. */
export function packetComparison(
  op: JumpOp,
  left: { value: Value; register: number },
  right: { value: Value; register: number },
): PacketComparison | undefined {
  if (op !== 'jgt' && op !== 'jge' && op !== 'jlt' && op !== 'jle') return undefined;
  if (isEndOf(left.value, right.value)) return { op, pointer: left.value, register: left.register };
  if (isEndOf(right.value, left.value)) return { op: MIRRORED[op], pointer: right.value, register: right.register };
  return undefined;
}

/** Whether `end` is where what `pointer` points into ends: for metadata, the packet's unmoved start. */
function isEndOf(pointer: Value, end: Value): boolean {
  if (pointer.kind === 'pkt') return end.kind === 'pkt_end';
  return pointer.kind === 'pkt_meta' && end.kind === 'pkt' && end.id === 0 && end.off === 0 && isZero(end.bounds);
}

/**
 * Whether the jump is decided by what an earlier comparison of the same pointer has shown.
 * Kernel: kernel/bpf/verifier.c is_pkt_ptr_branch_taken().
 */
export function decidePacket(op: JumpOp, left: Value, right: Value): boolean | undefined {
  if (!isPacketOrEnd(left) || !isPacketOrEnd(right)) return undefined;
  const mirrored = right.kind !== 'pkt_end';
  const end = mirrored ? left : right;
  const pointer = mirrored ? right : left;
  if (end.kind !== 'pkt_end' || pointer.range >= 0) return undefined;
  if (op !== 'jgt' && op !== 'jge' && op !== 'jlt' && op !== 'jle') return undefined;
  const as = mirrored ? MIRRORED[op] : op;
  if (as === 'jgt' || as === 'jle') return pointer.range === BEYOND_PKT_END ? as === 'jgt' : undefined;
  return as === 'jge';
}

/**
 * Notes on both ways out of the comparison how far the packet reaches: on one side, bytes up to the pointer are there,
 * or one more where the end lies behind it; on the other, nothing is.
 *
 * Kernel: kernel/bpf/verifier.c try_match_pkt_pointers(), find_good_pkt_pointers(), mark_pkt_end().
 */
export function learnPacketRange(found: PacketComparison, taken: State, otherwise: State): void {
  switch (found.op) {
    case 'jgt':
      reaches(otherwise, found.pointer, 0);
      beyond(taken, found, BEYOND_PKT_END);
      return;
    case 'jle':
      reaches(taken, found.pointer, 0);
      beyond(otherwise, found, BEYOND_PKT_END);
      return;
    case 'jge':
      reaches(otherwise, found.pointer, 1);
      beyond(taken, found, AT_PKT_END);
      return;
    case 'jlt':
      reaches(taken, found.pointer, 1);
      beyond(otherwise, found, AT_PKT_END);
      return;
    default:
      found.op satisfies never;
  }
}

function reaches(state: State, pointer: Value, more: 0 | 1): void {
  // Nothing learnt where the pointer stands before the packet, or so far in that adding to it could wrap.
  if (pointer.off < 0 || (pointer.off === 0 && more === 1)) return;
  if (pointer.bounds.umax + BigInt(pointer.off) > BigInt(MAX_PACKET_OFF)) return;
  const range = pointer.off + more;
  state.replaceAll((value) =>
    value.kind === pointer.kind && value.id === pointer.id && value.range < range ? value.with({ range }) : value,
  );
}

function beyond(state: State, found: PacketComparison, range: number): void {
  const value = state.register(found.register);
  if (value.kind === 'pkt') state.setRegister(found.register, value.with({ range }));
}
