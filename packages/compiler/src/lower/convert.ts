import { Refusal, type Span } from '../diagnostics/problem.ts';
import type { Builder } from '../ir/builder.ts';
import { constant, type Operand } from '../ir/ir.ts';
import { INTS, type IntType, typeName } from '../types/type.ts';
import { inNetworkOrder } from './arithmetic.ts';
import type { Value } from './value.ts';

type Numeric = Extract<Value, { kind: 'literal' | 'int' }>;

/** The value as a number, or a refusal. */
export function numeric(value: Value, at: Span): Numeric {
  if (value.kind === 'literal' || value.kind === 'int') return value;
  const what = value.kind === 'ref' ? `a reference to ${typeName(value.to)}` : value.kind;
  const remedy = value.kind === 'ref' && value.to.kind === 'int' ? 'Read its `.value`.' : undefined;
  throw new Refusal('S002', at, `An integer is needed here, and this is ${what}.`, remedy);
}

/** The type a literal has where nothing else says. */
export function typeOfLiteral(value: bigint, wide: boolean, at: Span): IntType {
  const type = wide ? (value < 0n ? INTS.i64 : INTS.u64) : value < 0n ? INTS.i32 : INTS.u32;
  if (!fits(value, type)) {
    const remedy = wide ? undefined : `Write ${value}n for 64 bits.`;
    throw new Refusal('S004', at, `${value} does not fit ${type.bits} bits.`, remedy);
  }
  return type;
}

/**
 * The value as an operand of type `to`, where the language converts by itself: literals that fit, results of arithmetic
 * into narrower integers, and what loses nothing.
 */
export function convert(b: Builder, value: Value, to: IntType, at: Span): Operand {
  const from = numeric(value, at);
  if (from.kind === 'literal') {
    if (to.network && !isPalindrome(from.value, to.bits)) {
      throw new Refusal('S008', at, `The literal ${from.value} as ${to.name} mixes byte orders.`, inNetworkOrder(to));
    }
    if (!fits(from.value, to)) {
      throw new Refusal('S004', at, `${from.value} does not fit ${to.name}.`, `Write ${to.name}(…) to cut it to size.`);
    }
    return constant(from.value, to.bits === 64 ? 64 : 32);
  }
  const { type, operand } = from;
  if (type === to) return operand;
  if (type.network !== to.network || (type.network && type.bits !== to.bits)) {
    throw new Refusal('S008', at, `${type.name} used as ${to.name} mixes byte orders.`, orderRemedy(type, to));
  }
  const keepsSign = type.signed === to.signed || (to.signed && type.bits < to.bits);
  if (!keepsSign) {
    const remedy = `Write ${to.name}(…) if that is meant.`;
    throw new Refusal('S006', at, `${type.name} used as ${to.name} mixes signed and unsigned.`, remedy);
  }
  return cast(b, operand, type, to);
}

/** A C cast: cuts off or extends; never refuses. */
export function cast(b: Builder, operand: Operand, from: IntType, to: IntType): Operand {
  if (to.bits === 64) {
    if (from.bits === 64) return operand;
    return from.signed ? b.sext(32, 64, operand) : b.widen(operand);
  }
  if (to.bits === 32) {
    // A signed narrow integer is held as 32 bits already, an unsigned one with zeros above.
    return from.bits === 64 ? b.zext(32, operand) : operand;
  }
  if (to.signed) return from.signed && from.bits <= to.bits ? operand : b.sext(to.bits, 32, operand);
  return !from.signed && from.bits <= to.bits ? operand : b.zext(to.bits, operand);
}

/** `u32(x)` and its like, of any value that has bits. */
export function castValue(b: Builder, value: Value, to: IntType, at: Span): Value {
  if (value.kind === 'bool') return { kind: 'int', type: to, operand: cast(b, value.operand, INTS.u8, to) };
  const from = numeric(value, at);
  if (from.kind === 'literal') {
    const cut = to.signed ? BigInt.asIntN(to.bits, from.value) : BigInt.asUintN(to.bits, from.value);
    return { kind: 'int', type: to, operand: constant(cut, to.bits === 64 ? 64 : 32) };
  }
  return { kind: 'int', type: to, operand: cast(b, from.operand, from.type, to) };
}

export function fits(value: bigint, type: IntType): boolean {
  const bits = BigInt(type.bits);
  return type.signed ? value >= -(1n << (bits - 1n)) && value < 1n << (bits - 1n) : value >= 0n && value < 1n << bits;
}

/** Whether a number reads the same in both byte orders, as 0 does. */
export function isPalindrome(value: bigint, bits: number): boolean {
  for (let i = 0; i < bits / 2; i += 8) {
    if (((value >> BigInt(i)) & 255n) !== ((value >> BigInt(bits - 8 - i)) & 255n)) return false;
  }
  return true;
}

function orderRemedy(from: IntType, to: IntType): string {
  if (from.network && to.network) return `Write ${to.name}(…) if that is meant.`;
  if (to.network) return inNetworkOrder(to);
  const host = from.bits === 16 ? 'ntohs' : from.bits === 32 ? 'ntohl' : 'ntohll';
  return `Write ${host}(…), or ${to.name}(…) for the bits as they are.`;
}
