import type { Form } from '../isa/form.ts';
import type { Machine } from './machine.ts';
import { sdiv64, smod64 } from './pair-arithmetic.ts';
import { STRIDE } from './predecode.ts';

type AtomicForm = Extract<Form, { kind: 'atomic' }>;
type AluForm = Extract<Form, { kind: 'alu' }>;

/** Operations too seldom used for a place in the main loop. `index` is the instruction's. */
export function rare(m: Machine, index: number): void {
  const form = m.linked.forms[index]!;
  const d = m.linked.instructions[index]!.dst * 2;
  const s = m.code[index * STRIDE + 2]!;
  switch (form.kind) {
    case 'alu':
      rareAlu(m.registers, form, d, s);
      break;
    case 'endian':
      endian(m.registers, form.op, form.bits, d);
      break;
    case 'atomic':
      atomic(m, form, d, s, m.linked.instructions[index]!.offset);
      break;
    default:
      throw new Error(`${form.name} is not a rare operation`);
  }
}

function rareAlu(r: Int32Array, form: AluForm, d: number, s: number): void {
  switch (form.op) {
    case 'neg':
      r[d + 1] = form.bits === 32 ? 0 : ~r[d + 1]! + (r[d] === 0 ? 1 : 0);
      r[d] = -r[d]!;
      break;
    case 'movsx':
      r[d] = form.from === 32 ? r[s]! : (r[s]! << (32 - form.from)) >> (32 - form.from);
      r[d + 1] = form.bits === 32 ? 0 : r[d]! >> 31;
      break;
    case 'sdiv':
      if (form.bits === 64) sdiv64(r, d, s);
      else {
        r[d] = r[s] === 0 ? 0 : (r[d]! / r[s]!) | 0;
        r[d + 1] = 0;
      }
      break;
    case 'smod':
      if (form.bits === 64) smod64(r, d, s);
      else {
        if (r[s] !== 0) r[d] = r[d]! % r[s]!;
        r[d + 1] = 0;
      }
      break;
    default:
      throw new Error(`${form.name} is not a rare operation`);
  }
}

function endian(r: Int32Array, op: 'le' | 'be' | 'bswap', bits: 16 | 32 | 64, d: number): void {
  const low = r[d]!;
  const high = r[d + 1]!;
  if (op === 'le') {
    if (bits === 16) r[d] = low & 0xffff;
    if (bits !== 64) r[d + 1] = 0;
  } else if (bits === 64) {
    r[d] = swap32(high);
    r[d + 1] = swap32(low);
  } else {
    r[d] = bits === 16 ? ((low & 0xff) << 8) | ((low >> 8) & 0xff) : swap32(low);
    r[d + 1] = 0;
  }
}

function swap32(x: number): number {
  return (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24);
}

/** One thread runs at a time, so a plain read and write is atomic. */
function atomic(m: Machine, form: AtomicForm, d: number, s: number, offset: number): void {
  const r = m.registers;
  const wide = form.bits === 64;
  const at = r[d]! + offset;
  if (r[d + 1] !== 0 || at < m.addressMin || at + form.bits / 8 > m.addressEnd) m.badAddress(d, offset, form.bits / 8);
  const oldLow = m.view.getInt32(at, true);
  const oldHigh = wide ? m.view.getInt32(at + 4, true) : 0;
  const sourceLow = r[s]!;
  const sourceHigh = r[s + 1]!;
  let low = sourceLow;
  let high = sourceHigh;
  let store = true;
  switch (form.op) {
    case 'add':
      low = (oldLow + sourceLow) | 0;
      high = oldHigh + sourceHigh + ((oldLow >>> 0) + (sourceLow >>> 0) > 0xffffffff ? 1 : 0);
      break;
    case 'or':
      low = oldLow | sourceLow;
      high = oldHigh | sourceHigh;
      break;
    case 'and':
      low = oldLow & sourceLow;
      high = oldHigh & sourceHigh;
      break;
    case 'xor':
      low = oldLow ^ sourceLow;
      high = oldHigh ^ sourceHigh;
      break;
    case 'xchg':
      break;
    case 'cmpxchg':
      store = r[0] === oldLow && (!wide || r[1] === oldHigh);
      break;
    default:
      form.op satisfies never;
  }
  if (store) {
    m.view.setInt32(at, low, true);
    if (wide) m.view.setInt32(at + 4, high, true);
  }
  if (!form.fetch) return;
  const to = form.op === 'cmpxchg' ? 0 : s;
  r[to] = oldLow;
  r[to + 1] = oldHigh;
}
