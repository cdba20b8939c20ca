import type { Form } from '../../isa/form.ts';
import { aluBounds, isTracked } from '../domain/alu.ts';
import { boundsOfConstant, isConstant, S32_MAX, UNBOUNDED, ZERO } from '../domain/bounds.ts';
import { signExtend, signExtend32, zeroExtend32 } from '../domain/resize.ts';
import { bitLength } from '../domain/tnum.ts';
import type { Machine } from '../machine.ts';
import { pointerOperation } from '../requires/alu.ts';
import { pointerSum } from '../state/pointer-sum.ts';
import { isPointer, markPrecise, scalar, unknown, type Value } from '../state/value.ts';

type AluForm = Extract<Form, { kind: 'alu' }>;

/** dst becomes the result. Kernel: kernel/bpf/verifier.c check_alu_op(). */
export function doAlu(m: Machine, form: AluForm): void {
  const { dst } = m.instruction;
  if (form.op === 'mov' || form.op === 'movsx') m.setRegister(dst, moved(m, form));
  else if (form.op === 'neg') m.setRegister(dst, negated(m.register(dst), form.bits));
  else m.setRegister(dst, computed(m, form));
}

function negated(value: Value, bits: 32 | 64): Value {
  if (value.kind !== 'scalar') return unknown();
  const bounds = aluBounds('sub', bits, ZERO, value.bounds);
  return scalar(bounds).from(value);
}

function computed(m: Machine, form: AluForm): Value {
  const { dst, src, imm } = m.instruction;
  const left = m.register(dst);
  const right = form.source === 'reg' ? m.register(src) : scalar(boundsOfConstant(BigInt(imm)));
  if (isPointer(left) && isPointer(right)) return unknown();
  const operation = pointerOperation(m, form);
  if (operation) {
    markPrecise(operation.pointerRight ? left : right);
    const sum = pointerSum(operation) as Value;
    if (sum.id === operation.freshId) m.nextId();
    return sum;
  }
  if (!isTracked(form.op)) return unknown();
  const bounds = aluBounds(form.op, form.bits, left.bounds, right.bounds);
  const result = bounds === UNBOUNDED ? unknown() : scalar(bounds).from(left, right);
  const sameRegister = form.source === 'reg' && src === dst;
  if (form.op !== 'add' || form.bits !== 64 || sameRegister) return result;
  return keepLink(left, right, result);
}

/**
 * A number that another is linked to stays so when a small constant is added, at that distance.
 * Kernel: kernel/bpf/verifier.c adjust_reg_min_max_vals(), BPF_ADD_CONST.
 */
function keepLink(left: Value, right: Value, result: Value): Value {
  if (left.id === 0 || left.linkOffset || !isConstant(right.bounds)) return result;
  const distance = right.bounds.bits.value;
  if (distance > BigInt(S32_MAX)) return result;
  return result.with({ id: left.id, linkOffset: true, off: Number(distance) }).from(left, right);
}

function moved(m: Machine, form: AluForm): Value {
  const { src, imm } = m.instruction;
  if (form.source === 'imm') {
    return scalar(boundsOfConstant(form.bits === 64 ? BigInt(imm) : BigInt(imm >>> 0)));
  }
  const value = m.register(src);
  if (form.op === 'movsx') return signExtended(m, form, value);
  if (form.bits === 64) return linked(m, src);
  if (isPointer(value)) return scalar(zeroExtend32(UNBOUNDED));
  if (bitLength(value.bounds.umax) <= 32) {
    const copy = linked(m, src);
    return copy.with({ bounds: zeroExtend32(value.bounds) }).from(copy);
  }
  return scalar(zeroExtend32(value.bounds)).from(value);
}

/**
 * The content of `register`, which from now on shares an id with the copy, so that what a branch tells of one it tells
 * of the other. Kernel: kernel/bpf/verifier.c assign_scalar_id_before_mov().
 */
export function linked(m: Machine, register: number): Value {
  const value = m.register(register);
  if (value.kind !== 'scalar') return value;
  if (value.id !== 0 && !value.linkOffset) return value;
  const id = isConstant(value.bounds) ? 0 : m.nextId();
  if (id === value.id && !value.linkOffset) return value;
  const named = value.with({ id, off: 0, linkOffset: false }).from(value);
  m.setRegister(register, named);
  return named;
}

function signExtended(m: Machine, form: AluForm, value: Value): Value {
  const bytes = (form.from / 8) as 1 | 2 | 4;
  if (isPointer(value)) return form.bits === 64 ? unknown() : scalar(zeroExtend32(UNBOUNDED));
  const unchanged = value.bounds.umax < 1n << BigInt(form.from - 1);
  const source = unchanged ? linked(m, m.instruction.src) : value;
  const bounds = form.bits === 64 ? signExtend(source.bounds, bytes) : signExtend32(source.bounds, bytes as 1 | 2);
  return scalar(bounds, unchanged ? source.id : 0).from(source);
}
