import type { Form } from '../../isa/form.ts';
import { boundsEqual, boundsOfConstant, isZero } from '../domain/bounds.ts';
import { decideBranch } from '../domain/branch.ts';
import { refineBranch } from '../domain/refine.ts';
import { BPF_MAX_VAR_OFF, LINKED_REGS_MAX } from '../limits.ts';
import type { Machine } from '../machine.ts';
import type { State } from '../state/state.ts';
import { isPointer, markPrecise, scalar, type Value, type ValueKind } from '../state/value.ts';
import { spreadKnowledge } from './link.ts';
import { learnNull } from './null-check.ts';
import { decidePacket, learnPacketRange, packetComparison } from './packet-range.ts';

type JumpForm = Extract<Form, { kind: 'jump' }>;

/**
 * Goes the way a conditional jump goes; where both ways are possible, goes on without jumping and leaves the other for
 * later, each with what the comparison tells. Returns the next slot.
 *
 * Kernel: kernel/bpf/verifier.c check_cond_jmp_op().
 */
export function doJump(m: Machine, form: JumpForm): number {
  const { dst, src, imm, offset } = m.instruction;
  const target = m.slot + 1 + offset;
  const left = m.register(dst);
  const right = form.source === 'reg' ? m.register(src) : scalar(boundsOfConstant(BigInt(imm)));
  const decided = decide(form, left, right);
  if (decided !== undefined) {
    markPrecise(left);
    markPrecise(right);
    return decided ? target : m.slot + 1;
  }
  const taken = m.push(target);
  const otherwise = m.state;
  if (left.kind === 'scalar' && right.kind === 'scalar') {
    const register = form.source === 'reg' ? src : undefined;
    refine(form, taken, true, { register: dst, value: left }, { register, value: right });
    refine(form, otherwise, false, { register: dst, value: left }, { register, value: right });
  }
  if (form.bits === 64) learnOfPointers(form, taken, otherwise, left, right, m);
  return m.slot + 1;
}

function learnOfPointers(form: JumpForm, taken: State, otherwise: State, left: Value, right: Value, m: Machine): void {
  const { dst, src, imm } = m.instruction;
  if (form.source === 'imm') {
    if (imm !== 0 || !left.orNull || (form.op !== 'jeq' && form.op !== 'jne')) return;
    learnNull(taken, left, form.op === 'jeq');
    learnNull(otherwise, left, form.op === 'jne');
    return;
  }
  const found = packetComparison(form.op, { value: left, register: dst }, { value: right, register: src });
  if (found) learnPacketRange(found, taken, otherwise);
}

function decide(form: JumpForm, left: Value, right: Value): boolean | undefined {
  if (!isPointer(left) && !isPointer(right)) return decideBranch(form.op, form.bits, left.bounds, right.bounds);
  if (form.bits === 32) return undefined;
  return decidePacket(form.op, left, right) ?? decideNull(form, left, right);
}

const NEVER_NULL: ReadonlySet<ValueKind> = new Set([
  'sock',
  'sock_common',
  'xdp_sock',
  'map_value',
  'ringbuf_mem',
  'map_ptr',
]);

/** Comparing a pointer that is not NULL with 0. Kernel: kernel/bpf/verifier.c is_branch_taken(), reg_not_null(). */
function decideNull(form: JumpForm, left: Value, right: Value): boolean | undefined {
  if (form.op !== 'jeq' && form.op !== 'jne') return undefined;
  const [pointer, other] = isPointer(left) ? [left, right] : [right, left];
  if (other.kind !== 'scalar' || !isZero(other.bounds)) return undefined;
  if (pointer.orNull || !NEVER_NULL.has(pointer.kind)) return undefined;
  const max = BigInt(BPF_MAX_VAR_OFF);
  if (pointer.bounds.smin <= -max || pointer.bounds.smax >= max) return undefined;
  return form.op === 'jne';
}

interface Operand {
  /** Undefined for a constant in the instruction. */
  readonly register: number | undefined;
  readonly value: Value;
}

/** Puts what is known after the comparison into the operands, and into all that are linked to them. */
function refine(form: JumpForm, state: State, taken: boolean, left: Operand, right: Operand): void {
  const [a, b] = refineBranch(form.op, form.bits, taken, left.value.bounds, right.value.bounds);
  put(state, left, a, right);
  put(state, right, b, left);
  const room = { left: LINKED_REGS_MAX };
  if (right.register !== undefined) spreadKnowledge(state, state.register(right.register), room);
  spreadKnowledge(state, state.register(left.register!), room);
}

function put(state: State, operand: Operand, bounds: Value['bounds'], other: Operand): void {
  const { register, value } = operand;
  if (register === undefined || boundsEqual(bounds, value.bounds)) return;
  state.setRegister(register, value.with({ bounds }).from(value, other.value));
}
