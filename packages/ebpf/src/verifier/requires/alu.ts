import type { Form } from '../../isa/form.ts';
import { boundsOfConstant } from '../domain/bounds.ts';
import type { Machine } from '../machine.ts';
import { OPERATOR, type PointerOperation, pointerSum } from '../state/pointer-sum.ts';
import { isPointer } from '../state/value.ts';
import { requireReadable, requireWritable } from './registers.ts';

type AluForm = Extract<Form, { kind: 'alu' }>;

/** What arithmetic requires. Kernel: kernel/bpf/verifier.c check_alu_op(). */
export function requireAlu(m: Machine, form: AluForm): string | undefined {
  const { dst, src, imm } = m.instruction;
  if (form.source === 'reg') {
    const unreadable = requireReadable(m, src);
    if (unreadable) return unreadable;
  }
  if (form.op === 'mov' || form.op === 'movsx') return requireWritable(dst);
  const unreadable = requireReadable(m, dst);
  if (unreadable) return unreadable;
  if (form.source === 'imm') {
    if (imm === 0 && DIVISIONS.has(form.op)) return 'div by zero';
    if (SHIFTS.has(form.op) && (imm < 0 || imm >= form.bits)) return `invalid shift ${imm}`;
  }
  return requireWritable(dst) ?? requirePointerSum(m, form);
}

const DIVISIONS: ReadonlySet<string> = new Set(['div', 'sdiv', 'mod', 'smod']);
const SHIFTS: ReadonlySet<string> = new Set(['lsh', 'rsh', 'arsh']);

/** The arithmetic on a pointer and a number that the instruction at hand does; undefined for numbers alone. */
export function pointerOperation(m: Machine, form: AluForm): PointerOperation | undefined {
  if (form.op === 'neg' || form.op === 'mov' || form.op === 'movsx') return undefined;
  const { dst, src, imm } = m.instruction;
  const { op, bits } = form;
  const { freshId } = m;
  const left = m.register(dst);
  const right = form.source === 'reg' ? m.register(src) : undefined;
  if (right && isPointer(right)) {
    return { op, bits, dst, pointer: right, offset: left.bounds, pointerRight: true, freshId };
  }
  if (!isPointer(left)) return undefined;
  const offset = right ? right.bounds : boundsOfConstant(BigInt(imm));
  return { op, bits, dst, pointer: left, offset, pointerRight: false, freshId };
}

function requirePointerSum(m: Machine, form: AluForm): string | undefined {
  const { dst, src } = m.instruction;
  if (form.source === 'reg' && isPointer(m.register(dst)) && isPointer(m.register(src))) {
    return form.op === 'sub' ? undefined : `R${dst} pointer ${OPERATOR[form.op]} pointer prohibited`;
  }
  const operation = pointerOperation(m, form);
  const sum = operation && pointerSum(operation);
  return typeof sum === 'string' ? sum : undefined;
}
