import type { Form } from '../../isa/form.ts';
import { BPF_PSEUDO_MAP_IDX_VALUE, BPF_PSEUDO_MAP_VALUE } from '../../isa/opcode.ts';
import { byteOrderBounds } from '../domain/byte-order.ts';
import type { Machine } from '../machine.ts';
import { returnRange } from '../requires/exit.ts';
import { constant, markPrecise, pointer, scalar, UNINITIALISED, unknown, type Value } from '../state/value.ts';
import { jumpTarget } from '../structure/functions.ts';
import { doAlu } from './alu.ts';
import { doExit, doLocalCall } from './call.ts';
import { doHelperCall } from './helper-call.ts';
import { doJump } from './jump.ts';
import { doStore, loaded } from './memory.ts';

/**
 * What the instruction at hand does to the state. Returns the slot that comes next, or undefined where the path ends.
 * What it requires has been checked: see `requires/instruction.ts`.
 */
export function effect(m: Machine): number | undefined {
  const form = m.form;
  const { dst, src, offset, imm } = m.instruction;
  const next = m.slot + 1;
  switch (form.kind) {
    case 'alu':
      doAlu(m, form);
      return next;
    case 'endian':
      m.setRegister(dst, reordered(m.register(dst), form));
      return next;
    case 'lddw':
      doLddw(m, form);
      return next + 1;
    case 'ldx':
      m.setRegister(dst, loaded(m, { base: src, offset, size: form.bits / 8 }, form.signed));
      return next;
    case 'st':
      doStore(m, { base: dst, offset, size: form.bits / 8 }, undefined, imm);
      return next;
    case 'stx':
      doStore(m, { base: dst, offset, size: form.bits / 8 }, src, undefined);
      return next;
    case 'atomic':
      doAtomic(m, form);
      return next;
    case 'ja':
      return jumpTarget(form, m.instruction, m.slot);
    case 'jump':
      return doJump(m, form);
    case 'call':
      return form.target === 'local' ? doLocalCall(m) : doHelperCall(m);
    case 'exit':
      if (m.state.depth === 0 && returnRange(m.program.input)) markPrecise(m.register(0));
      return doExit(m);
    case 'ldabs':
    case 'ldind':
      return doLegacyLoad(m);
    default:
      return form satisfies never;
  }
}

function reordered(value: Value, form: Extract<Form, { kind: 'endian' }>): Value {
  if (value.kind !== 'scalar') return unknown();
  return scalar(byteOrderBounds(form.op, form.bits, value.bounds)).from(value);
}

function doLddw(m: Machine, form: Extract<Form, { kind: 'lddw' }>): void {
  const { dst, imm64 } = m.instruction;
  if (form.pseudo === 0) {
    m.setRegister(dst, constant(imm64!));
    return;
  }
  const { map, offset = 0 } = m.mapReference!;
  const value = form.pseudo === BPF_PSEUDO_MAP_VALUE || form.pseudo === BPF_PSEUDO_MAP_IDX_VALUE;
  m.setRegister(dst, value ? pointer('map_value', { map, off: offset }) : pointer('map_ptr', { map }));
}

/** Reads, writes something unknown, and hands out the old value where asked to. */
function doAtomic(m: Machine, form: Extract<Form, { kind: 'atomic' }>): void {
  const { dst, src, offset } = m.instruction;
  const place = { base: dst, offset, size: form.bits / 8 };
  const old = loaded(m, place, false);
  doStore(m, place, undefined, undefined);
  if (form.fetch) m.setRegister(form.op === 'cmpxchg' ? 0 : src, old);
}

/**
 * r0 is a part of the packet. Where the packet is too short the program ends, returning 0; in a function of it, that
 * function does.
 */
function doLegacyLoad(m: Machine): number {
  for (let i = 0; i <= 5; i++) m.setRegister(i, UNINITIALISED);
  m.setRegister(0, unknown());
  if (m.state.depth === 0) return m.slot + 1;
  m.push(m.slot + 1);
  m.setRegister(0, constant(0n));
  return doExit(m)!;
}
