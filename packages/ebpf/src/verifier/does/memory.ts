import { isConstant, isZero } from '../domain/bounds.ts';
import { signExtend, truncate } from '../domain/resize.ts';
import { bitLength } from '../domain/tnum.ts';
import type { Machine } from '../machine.ts';
import { contextField } from '../requires/context.ts';
import { accessOf } from '../requires/memory.ts';
import { stackOffsets } from '../requires/stack.ts';
import { BYTE, CELL, cellIndex, type StackByte, spill } from '../state/stack-cell.ts';
import { constant, isPointer, markPrecise, pointer, scalar, unknown, type Value } from '../state/value.ts';
import { linked } from './alu.ts';
import { readOnlyConstant } from './read-only.ts';

/** A place in memory that an instruction accesses. */
export interface Place {
  readonly base: number;
  readonly offset: number;
  readonly size: number;
}

/** What a load gives. Kernel: kernel/bpf/verifier.c check_mem_access() with BPF_READ. */
export function loaded(m: Machine, place: Place, signed: boolean): Value {
  const access = accessOf(m, { ...place, write: false });
  const base = access.pointer;
  const { size } = place;
  switch (base.kind) {
    case 'fp': {
      m.touchStack(base.frame, stackOffsets(access).min);
      return resized(loadedFromStack(m, base, access.off, size), size, signed);
    }
    case 'ctx':
      return loadedFromContext(m, access.off, size, signed);
    case 'map_value': {
      const known = readOnlyConstant(base, access.off, size, signed);
      return known === undefined ? resized(unknown(), size, signed) : constant(known);
    }
    case 'ringbuf_mem':
    case 'pkt':
    case 'pkt_meta':
    case 'sock':
    case 'sock_common':
    case 'xdp_sock':
      return resized(unknown(), size, signed);
    case '?':
    case 'scalar':
    case 'map_ptr':
    case 'pkt_end':
      throw new Error(`load through ${base.kind} was let pass`);
    default:
      return base.kind satisfies never;
  }
}

function resized(value: Value, size: number, signed: boolean): Value {
  if (value.kind !== 'scalar' || size === CELL) return value;
  const bytes = size as 1 | 2 | 4;
  const bounds = signed ? signExtend(value.bounds, bytes) : truncate(value.bounds, bytes);
  const fits = !signed && bitLength(value.bounds.umax) <= size * 8;
  return fits ? value.with({ bounds }).from(value) : scalar(bounds).from(value);
}

function loadedFromContext(m: Machine, off: number, size: number, signed: boolean): Value {
  const field = contextField(m.program, off, size, false);
  switch (field?.kind) {
    case 'packet':
      return pointer('pkt');
    case 'packet-end':
      return pointer('pkt_end');
    case 'packet-meta':
      return pointer('pkt_meta');
    case 'socket':
      return pointer('sock');
    case 'socket-or-null':
      return pointer('sock', { orNull: true, id: m.nextId() });
    case 'sock-common-or-null':
      return pointer('sock_common', { orNull: true, id: m.nextId() });
    default:
      return resized(unknown(), size, signed);
  }
}

/** Kernel: kernel/bpf/verifier.c check_stack_read_fixed_off(), check_stack_read_var_off(). */
function loadedFromStack(m: Machine, base: Value, off: number, size: number): Value {
  const min = Number(base.bounds.smin) + off;
  const max = Number(base.bounds.smax) + off;
  if (!isConstant(base.bounds)) {
    useStack(m, base.frame, min, max + size);
    return areBytes(m, base.frame, min, max + size, BYTE.zero) ? constant(0n) : unknown();
  }
  const cell = m.readCell(base.frame, cellIndex(min));
  if (!cell.isSpill) return areBytes(m, base.frame, min, min + size, BYTE.zero) ? constant(0n) : unknown();
  const { value, spillBytes } = cell;
  if (size === CELL && spillBytes === CELL) return value;
  if (size <= spillBytes && (min & 7) === 0) {
    return bitLength(value.bounds.umax) > size * 8
      ? value.with({ id: 0, off: 0, linkOffset: false }).from(value)
      : value;
  }
  const byte = min & 7;
  if (byte + size <= spillBytes && isZero(value.bounds)) return constant(0n).from(value);
  return areBytes(m, base.frame, min, min + size, BYTE.zero) ? constant(0n) : unknown();
}

/** Notes that the cells of [from, to) are read. */
export function useStack(m: Machine, frame: number, from: number, to: number): void {
  for (let i = cellIndex(from); i >= cellIndex(to - 1); i--) m.readCell(frame, i);
}

function areBytes(m: Machine, depth: number, from: number, to: number, kind: StackByte): boolean {
  const frame = m.state.frames[depth]!;
  for (let off = from; off < to; off++) {
    if (frame.cell(cellIndex(off)).at(off & 7) !== kind) return false;
  }
  return true;
}

/**
 * A store of the register `source`, of the constant `imm`, or (neither) of something unknown. Only stores to the stack
 * are followed. Kernel: kernel/bpf/verifier.c check_stack_write().
 */
export function doStore(m: Machine, place: Place, source: number | undefined, imm: number | undefined): void {
  const access = accessOf(m, { ...place, write: true });
  const base = access.pointer;
  if (base.kind !== 'fp') return;
  const { min, max } = stackOffsets(access);
  m.touchStack(base.frame, min);
  const zero = source !== undefined ? isNullRegister(m, source) : imm === 0;
  if (!isConstant(base.bounds)) {
    storeSomewhere(m, base.frame, min, max + place.size, zero ? source : undefined, zero);
    return;
  }
  const value = spilled(m, min, place.size, source, imm);
  if (value) {
    const index = cellIndex(min);
    const cell = spill(m.state.frames[base.frame]!.cell(index), value, place.size);
    m.state.setCell(base.frame, index, cell, place.size === CELL);
    m.state.steps++;
    return;
  }
  if (zero && source !== undefined) markPrecise(m.register(source));
  storeBytes(m, base.frame, min, min + place.size, zero ? BYTE.zero : BYTE.misc);
}

function isNullRegister(m: Machine, register: number): boolean {
  const value = m.register(register);
  return value.kind === 'scalar' && isZero(value.bounds);
}

/** What stands in the cell as a whole after an aligned store; undefined where only bytes can be told. */
function spilled(
  m: Machine,
  off: number,
  size: number,
  source: number | undefined,
  imm: number | undefined,
): Value | undefined {
  if (source === undefined) return imm !== undefined && (off & 7) === 0 ? constant(BigInt(imm)) : undefined;
  const value = m.register(source);
  if (isPointer(value)) return value;
  if ((off & 7) !== 0) return undefined;
  if (bitLength(value.bounds.umax) <= size * 8) return linked(m, source);
  return value.with({ id: 0, off: 0, linkOffset: false }).from(value);
}

/** Bytes [from, to) of one frame become `kind`. */
export function storeBytes(m: Machine, depth: number, from: number, to: number, kind: StackByte): void {
  for (let off = from; off < to; off++) {
    const index = cellIndex(off);
    const whole = (off & 7) === 0 && off + CELL <= to;
    const cell = m.state.frames[depth]!.cell(index).withByte(off & 7, kind);
    m.state.setCell(depth, index, cell, whole);
  }
}

/** One of several places is written: each byte may hold the new value or the old one. */
function storeSomewhere(
  m: Machine,
  depth: number,
  from: number,
  to: number,
  zeroSource: number | undefined,
  zero: boolean,
): void {
  let reliesOnZero = false;
  for (let off = from; off < to; off++) {
    const index = cellIndex(off);
    const cell = m.state.frames[depth]!.cell(index);
    const byte = cell.at(off & 7);
    if (zero && byte === BYTE.spill && cell.value.kind === 'scalar' && isZero(cell.value.bounds)) {
      reliesOnZero = true;
      continue;
    }
    const keepsZero = zero && byte === BYTE.zero;
    reliesOnZero ||= keepsZero;
    m.state.setCell(depth, index, cell.withByte(off & 7, keepsZero ? BYTE.zero : BYTE.misc), false);
  }
  if (reliesOnZero && zeroSource !== undefined) markPrecise(m.register(zeroSource));
}
