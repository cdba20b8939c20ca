import fc from 'fast-check';
import { INTS, type IntName, type IntType } from '../types/type.ts';

/**
 * Random integer expressions with their values, computed with bigints from the rules of the language alone: what the
 * compiler makes of the text must agree.
 */
export interface Expression {
  readonly text: string;
  readonly type: IntType;
  /** The value, given the inputs: within the type's range. */
  readonly value: (inputs: Inputs) => bigint;
}

export type Inputs = Readonly<Record<HostIntName, bigint>>;
export type HostIntName = Exclude<IntName, 'be16' | 'be32' | 'be64'>;

export const HOST_INTS: readonly HostIntName[] = ['u8', 'u16', 'u32', 'u64', 'i8', 'i16', 'i32', 'i64'];

/** Inputs of all types, at the edges of their ranges more often than not. */
export const anyInputs: fc.Arbitrary<Inputs> = fc.record(
  Object.fromEntries(HOST_INTS.map((name) => [name, anyValue(INTS[name])])) as Record<
    HostIntName,
    fc.Arbitrary<bigint>
  >,
);

function anyValue(type: IntType): fc.Arbitrary<bigint> {
  const bits = BigInt(type.bits);
  const min = type.signed ? -(1n << (bits - 1n)) : 0n;
  const max = type.signed ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
  const edges = [min, min + 1n, 0n, 1n, 2n, 7n, max - 1n, max];
  return fc.oneof(fc.constantFrom(...edges), fc.bigInt({ min, max }));
}

const wrap = (type: IntType, value: bigint): bigint =>
  type.signed ? BigInt.asIntN(type.bits, value) : BigInt.asUintN(type.bits, value);

const promoted = (type: IntType): IntType => (type.bits < 32 ? (type.signed ? INTS.i32 : INTS.u32) : type);

/** An expression of some type; the inputs are variables named after their types. */
export function anyExpression(depth: number): fc.Arbitrary<Expression> {
  return fc.constantFrom(...HOST_INTS).chain((name) => ofType(INTS[name], depth));
}

function ofType(type: IntType, depth: number): fc.Arbitrary<Expression> {
  const leaf = fc.oneof(variable(type), literal(type));
  if (depth === 0) return leaf;
  const choices: fc.Arbitrary<Expression>[] = [leaf, cast(type, depth - 1)];
  if (type.bits >= 32) choices.push(binary(type, depth - 1), shift(type, depth - 1), unary(type, depth - 1));
  choices.push(choice(type, depth - 1));
  return fc.oneof(...choices);
}

function variable(type: IntType): fc.Arbitrary<Expression> {
  const name = type.name as HostIntName;
  return fc.constant({ text: `v_${name}`, type, value: (inputs) => inputs[name] });
}

function literal(type: IntType): fc.Arbitrary<Expression> {
  const suffix = type.bits === 64 ? 'n' : '';
  return anyValue(type).map((value) => ({ text: `${type.name}(${value}${suffix})`, type, value: () => value }));
}

function cast(type: IntType, depth: number): fc.Arbitrary<Expression> {
  return anyExpression(depth).map((inner) => ({
    text: `${type.name}(${inner.text})`,
    type,
    value: (inputs) => wrap(type, inner.value(inputs)),
  }));
}

const OPERATORS = ['+', '-', '*', '/', '%', '&', '|', '^'] as const;

function binary(type: IntType, depth: number): fc.Arbitrary<Expression> {
  const side = operand(type, depth);
  return fc.tuple(fc.constantFrom(...OPERATORS), side, side).map(([operator, a, b]) => ({
    text: `(${a.text} ${operator} ${nonZero(operator, b)})`,
    type,
    value: (inputs) => wrap(type, apply(operator, a.value(inputs), b.value(inputs))),
  }));
}

/** A constant zero on the right of a division is refused; added to a variable it is not seen. */
function nonZero(operator: string, b: Expression): string {
  if (operator !== '/' && operator !== '%') return b.text;
  const zero = b.type.bits === 64 ? 'zero64' : 'zero32';
  return `(${b.text} + ${b.type.name}(${zero}))`;
}

/** An expression of that type, or a narrower one that is widened to it. */
function operand(type: IntType, depth: number): fc.Arbitrary<Expression> {
  if (type.bits !== 32) return ofType(type, depth);
  const narrow = type.signed ? [INTS.i8, INTS.i16, INTS.i32] : [INTS.u8, INTS.u16, INTS.u32];
  return fc.tuple(ofType(type, depth), fc.constantFrom(...narrow)).chain(([same, other]) =>
    // Only one side may be narrow, or the sum would be of another type.
    other.bits === 32 ? fc.constant(same) : ofType(other, depth).map((inner) => ({ ...inner, type: promoted(other) })),
  );
}

function apply(operator: (typeof OPERATORS)[number], a: bigint, b: bigint): bigint {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0n ? 0n : a / b;
    case '%':
      return b === 0n ? a : a % b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    default:
      return operator satisfies never;
  }
}

function shift(type: IntType, depth: number): fc.Arbitrary<Expression> {
  const suffix = type.bits === 64 ? 'n' : '';
  const amount = fc.nat(type.bits - 1);
  return fc
    .tuple(fc.constantFrom('<<', '>>'), ofType(type, depth), amount, fc.boolean())
    .map(([operator, a, n, masked]) => {
      const by = masked ? `(${type.name}(v_u8) & ${n}${suffix})` : `${n}${suffix}`;
      return {
        text: `(${a.text} ${operator} ${by})`,
        type,
        value: (inputs: Inputs) => {
          const count = masked ? inputs.u8 & BigInt(n) : BigInt(n);
          return wrap(type, operator === '<<' ? a.value(inputs) << count : a.value(inputs) >> count);
        },
      };
    });
}

function unary(type: IntType, depth: number): fc.Arbitrary<Expression> {
  return fc.tuple(fc.constantFrom('-', '~'), ofType(type, depth)).map(([operator, a]) => ({
    text: `${operator}(${a.text})`,
    type,
    value: (inputs) => wrap(type, operator === '-' ? -a.value(inputs) : ~a.value(inputs)),
  }));
}

const COMPARISONS = {
  '===': (a: bigint, b: bigint) => a === b,
  '!==': (a: bigint, b: bigint) => a !== b,
  '<': (a: bigint, b: bigint) => a < b,
  '<=': (a: bigint, b: bigint) => a <= b,
  '>': (a: bigint, b: bigint) => a > b,
  '>=': (a: bigint, b: bigint) => a >= b,
} as const;

function choice(type: IntType, depth: number): fc.Arbitrary<Expression> {
  const operator = fc.constantFrom(...(Object.keys(COMPARISONS) as (keyof typeof COMPARISONS)[]));
  const compared = fc
    .constantFrom(...HOST_INTS)
    .chain((name) => fc.tuple(ofType(INTS[name], depth), ofType(INTS[name], depth)));
  return fc.tuple(operator, compared, ofType(type, depth), ofType(type, depth)).map(([op, [a, b], yes, no]) => ({
    text: `(${a.text} ${op} ${b.text} ? ${yes.text} : ${no.text})`,
    type,
    value: (inputs) => (COMPARISONS[op](a.value(inputs), b.value(inputs)) ? yes : no).value(inputs),
  }));
}
