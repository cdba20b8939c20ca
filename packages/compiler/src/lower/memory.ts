import { Refusal, type Span } from '../diagnostics/problem.ts';
import { type AccessBits, constant, type Operand } from '../ir/ir.ts';
import { type StoredType, sameType, sizeOf, typeName } from '../types/type.ts';
import { convert } from './convert.ts';
import type { Lowering } from './lowering.ts';
import type { Place, RefValue, Value } from './value.ts';

export type MemoryPlace = Extract<Place, { kind: 'memory' }>;

/** Reads what lies there: an integer's value, or a reference to a struct or array. */
export function read(l: Lowering, { type, base, offset, align }: Omit<MemoryPlace, 'kind'>): Value {
  if (type.kind !== 'int') return { kind: 'ref', to: type, base, offset, align };
  const raw = l.b.load(type.bits, base, offset);
  const operand = type.signed && type.bits < 32 ? l.b.sext(type.bits as 8 | 16, 32, raw) : raw;
  return { kind: 'int', type, operand };
}

/** Writes an integer there, or copies a struct or array. */
export function write(l: Lowering, place: Omit<MemoryPlace, 'kind'>, value: Value, span: Span): void {
  const { type, base, offset } = place;
  if (type.kind === 'int') {
    l.b.store(type.bits, base, offset, convert(l.b, value, type, span));
  } else if (value.kind === 'ref' && sameType(value.to, type)) {
    copyBytes(l, place, value, sizeOf(type));
  } else {
    const what = value.kind === 'ref' ? typeName(value.to) : value.kind;
    throw new Refusal('S002', span, `${what} cannot be put where ${typeName(type)} lies.`);
  }
}

/** Sets `size` bytes to zero. */
export function zero(l: Lowering, base: Operand, size: number): void {
  for (const { offset, bits } of chunks(size)) l.b.store(bits, base, offset, constant(0n));
}

type Address = Pick<RefValue, 'base' | 'offset' | 'align'>;

export function copyBytes(l: Lowering, to: Address, from: Address, size: number): void {
  for (const { offset, bits } of chunks(size, to, from)) {
    const word = l.b.load(bits, from.base, from.offset + offset);
    l.b.store(bits, to.base, to.offset + offset, word);
  }
}

/**
 * The pieces in which `size` bytes are moved: as large as can be while aligned at all the addresses, because the
 * verifier insists on that for the stack.
 */
export function chunks(size: number, ...addresses: readonly Address[]): { offset: number; bits: AccessBits }[] {
  const result: { offset: number; bits: AccessBits }[] = [];
  for (let offset = 0; offset < size; ) {
    let bytes = 8;
    const misaligned = (a: Address) => a.align % bytes !== 0 || (a.offset + offset) % bytes !== 0;
    while (bytes > 1 && (bytes > size - offset || addresses.some(misaligned))) bytes /= 2;
    result.push({ offset, bits: (8 * bytes) as AccessBits });
    offset += bytes;
  }
  return result;
}

/** The pointer that a reference is, for a variable or a helper. */
export function pointer(l: Lowering, ref: Pick<RefValue, 'base' | 'offset'>): Operand {
  return ref.offset === 0 ? ref.base : l.b.advance(ref.base, constant(ref.offset));
}

/** A new zeroed variable on the stack. */
export function newVariable(l: Lowering, name: string, type: StoredType): RefValue {
  const base = l.b.slot(name, sizeOf(type), 8);
  zero(l, base, sizeOf(type));
  return { kind: 'ref', to: type, base, offset: 0, align: 8 };
}
