import { Refusal, type Span } from '../diagnostics/problem.ts';
import type { Builder } from '../ir/builder.ts';
import { type BinaryOp, type CompareOp, constant, type Operand } from '../ir/ir.ts';
import { INTS, type IntType, promote, typeName } from '../types/type.ts';
import { convert, isPalindrome, numeric } from './convert.ts';
import type { Value } from './value.ts';

/** Operators of the source, by what they do to unsigned and to signed integers. */
const ARITHMETIC: Readonly<Record<string, readonly [unsigned: BinaryOp, signed: BinaryOp]>> = {
  '+': ['add', 'add'],
  '-': ['sub', 'sub'],
  '*': ['mul', 'mul'],
  '/': ['div', 'sdiv'],
  '%': ['mod', 'smod'],
  '&': ['and', 'and'],
  '|': ['or', 'or'],
  '^': ['xor', 'xor'],
  '<<': ['lsh', 'lsh'],
  '>>': ['rsh', 'arsh'],
  '>>>': ['rsh', 'rsh'],
};

const COMPARISON: Readonly<Record<string, readonly [unsigned: CompareOp, signed: CompareOp]>> = {
  '===': ['eq', 'eq'],
  '==': ['eq', 'eq'],
  '!==': ['ne', 'ne'],
  '!=': ['ne', 'ne'],
  '<': ['lt', 'slt'],
  '<=': ['le', 'sle'],
  '>': ['gt', 'sgt'],
  '>=': ['ge', 'sge'],
};

export const isArithmetic = (operator: string): boolean => Object.hasOwn(ARITHMETIC, operator);
export const isComparison = (operator: string): boolean => Object.hasOwn(COMPARISON, operator);

/**
 * `left operator right`. Integers narrower than 32 bits are widened first, as in C; a literal takes the other side's
 * type; two literals stay one. Network order allows `& | ^` among themselves only.
 */
export function arithmetic(b: Builder, operator: string, left: Value, right: Value, at: Span): Value {
  const [l, r] = [numeric(left, at), numeric(right, at)];
  const shift = operator === '<<' || operator === '>>' || operator === '>>>';
  if (l.kind === 'literal' && r.kind === 'literal') {
    return { kind: 'literal', value: foldLiterals(operator, l.value, r.value, l.wide, at), wide: l.wide };
  }
  const type = shift ? shiftType(l, at) : commonType(operator, l, r, at);
  const bits = type.bits === 64 ? 64 : 32;
  const bitwise = operator === '&' || operator === '|' || operator === '^';
  const a = convert(b, bitwise ? asBits(l, type) : l, type, at);
  const amount = shift ? shiftAmount(b, r, type, at) : convert(b, bitwise ? asBits(r, type) : r, type, at);
  if ((operator === '/' || operator === '%') && amount.kind === 'const' && amount.value === 0n) {
    throw new Refusal('S022', at, 'The divisor is always zero.');
  }
  const [unsigned, signed] = ARITHMETIC[operator]!;
  const operand = b.binary(type.signed ? signed : unsigned, bits, a, amount);
  const result = operator === '>>>' && type.signed ? INTS.u32 : type;
  return { kind: 'int', type: result, operand };
}

/** What a comparison compares, for a branch. */
export function comparison(
  b: Builder,
  operator: string,
  left: Value,
  right: Value,
  at: Span,
): { operator: CompareOp; bits: 32 | 64; a: Operand; b: Operand } {
  const [l, r] = [numeric(left, at), numeric(right, at)];
  const [unsigned, signed] = COMPARISON[operator]!;
  if (l.kind === 'literal' && r.kind === 'literal') {
    return { operator: signed, bits: 64, a: constant(l.value), b: constant(r.value) };
  }
  const type = commonType(operator, l, r, at);
  const bits = type.bits === 64 ? 64 : 32;
  return { operator: type.signed ? signed : unsigned, bits, a: convert(b, l, type, at), b: convert(b, r, type, at) };
}

type Numeric = Extract<Value, { kind: 'literal' | 'int' }>;

/** A negative literal (`~3`) as the bits it stands for in an unsigned type. */
function asBits(value: Numeric, type: IntType): Numeric {
  const negative = value.kind === 'literal' && value.value < 0n && !type.signed && !type.network;
  return negative ? { ...value, value: BigInt.asUintN(type.bits, value.value) } : value;
}

/** The type two operands are brought to. */
function commonType(operator: string, left: Numeric, right: Numeric, at: Span): IntType {
  const l = left.kind === 'int' ? left.type : undefined;
  const r = right.kind === 'int' ? right.type : undefined;
  if (l?.network || r?.network) return networkType(operator, left, right, at);
  if (l && r) {
    const [wide, narrow] = l.bits >= r.bits ? [l, r] : [r, l];
    const promoted = promote(wide);
    // A narrower unsigned integer fits in a wider signed one; nothing else may mix.
    const fits = wide.signed === narrow.signed || (promoted.signed && !narrow.signed && narrow.bits < promoted.bits);
    if (!fits) {
      const remedy = `Convert one of them: \`${wide.name}(…)\` or \`${narrow.name}(…)\`.`;
      throw new Refusal('S006', at, `${typeName(l)} ${operator} ${typeName(r)} mixes signed and unsigned.`, remedy);
    }
    return promoted;
  }
  return promote((l ?? r)!);
}

function networkType(operator: string, left: Numeric, right: Numeric, at: Span): IntType {
  const type = (left.kind === 'int' && left.type.network ? left.type : right.kind === 'int' ? right.type : undefined)!;
  if (!['&', '|', '^', '===', '!==', '==', '!='].includes(operator)) {
    const host = type.bits === 16 ? 'ntohs' : type.bits === 32 ? 'ntohl' : 'ntohll';
    throw new Refusal(
      'S007',
      at,
      `\`${operator}\` on ${type.name}, which is in network byte order.`,
      `Use ${host}(…) first.`,
    );
  }
  for (const side of [left, right]) {
    if (side.kind === 'literal' ? !isPalindrome(side.value, type.bits) : side.type !== type) {
      const what = side.kind === 'literal' ? `the literal ${side.value}` : side.type.name;
      throw new Refusal('S008', at, `${type.name} ${operator} ${what} mixes byte orders.`, inNetworkOrder(type));
    }
  }
  return type;
}

/** Advice for putting a host number into network order. */
export function inNetworkOrder(type: IntType): string {
  const swap = type.bits === 16 ? 'htons' : type.bits === 32 ? 'htonl' : 'htonll';
  return `Write ${swap}(…), or ${type.name}(…) where the bits are in network order already.`;
}

function shiftType(left: Numeric, at: Span): IntType {
  if (left.kind === 'literal') return left.wide ? INTS.u64 : left.value < 0n ? INTS.i32 : INTS.u32;
  if (left.type.network) {
    throw new Refusal('S007', at, `A shift of ${left.type.name}, which is in network byte order.`);
  }
  return promote(left.type);
}

function shiftAmount(b: Builder, amount: Numeric, type: IntType, at: Span): Operand {
  const bits = type.bits === 64 ? 64 : 32;
  if (amount.kind === 'literal') {
    if (amount.value < 0n || amount.value >= BigInt(bits)) {
      throw new Refusal('S021', at, `A shift by ${amount.value} of a value of ${bits} bits.`);
    }
    return constant(amount.value, bits);
  }
  const operand = convert(b, amount, amount.type, at);
  return bits === 64 && amount.type.bits !== 64 ? b.widen(operand) : operand;
}

function foldLiterals(operator: string, a: bigint, b: bigint, wide: boolean, at: Span): bigint {
  const bits = BigInt(wide ? 64 : 32);
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
    case '%':
      if (b === 0n) throw new Refusal('S022', at, 'The divisor is always zero.');
      return operator === '/' ? a / b : a % b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    default:
      if (b < 0n || b >= bits) throw new Refusal('S021', at, `A shift by ${b} of a value of ${bits} bits.`);
      if (operator === '<<') return a << b;
      return operator === '>>' ? a >> b : BigInt.asUintN(32, a) >> b;
  }
}
