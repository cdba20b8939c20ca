import { Consequence, Refusal, type Span } from '../diagnostics/problem.ts';
import { type TypeScript, ts } from '../frontend/typescript.ts';
import { constant, type Operand } from '../ir/ir.ts';
import { BOOL, promote, sameType, type Type, typeName } from '../types/type.ts';
import { arithmetic, isArithmetic, isComparison } from './arithmetic.ts';
import { lowerCall } from './call.ts';
import { lowerCondition } from './condition.ts';
import { constantValue } from './constant.ts';
import { convert, fits, numeric, typeOfLiteral } from './convert.ts';
import { resultOf } from './function-call.ts';
import { at, type Lowering } from './lowering.ts';
import { newVariable } from './memory.ts';
import { bindingOf, constantInitialiser, symbolOf } from './names.ts';
import { asValue, lowerPlace, operandOf, readPlace, writePlace } from './place.ts';
import type { Value } from './value.ts';

/**
 * Writes what computes an expression and returns its value. `expected` says what the surroundings want, for what has no
 * type of its own (`x ? 1 : 2`).
 */
export function lower(l: Lowering, node: TypeScript.Expression, expected?: Type): Value {
  const span = at(l, node);
  if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) || ts.isSatisfiesExpression(node)) {
    return lower(l, node.expression, expected);
  }
  if (ts.isAsExpression(node)) return lowerAs(l, node, expected);
  if (ts.isNumericLiteral(node)) return { kind: 'literal', value: integerLiteral(node.text, span), wide: false };
  if (ts.isBigIntLiteral(node)) return { kind: 'literal', value: BigInt(node.text.slice(0, -1)), wide: true };
  if (ts.isIdentifier(node)) return lowerName(l, node, span);
  if (ts.isPropertyAccessExpression(node)) return lowerProperty(l, node);
  if (ts.isElementAccessExpression(node)) return lowerRead(l, node);
  if (ts.isCallExpression(node)) return lowerCall(l, node);
  if (ts.isNewExpression(node)) return lowerNew(l, node, span);
  if (ts.isPrefixUnaryExpression(node)) return lowerPrefix(l, node);
  if (ts.isPostfixUnaryExpression(node)) return step(l, node.operand, node.operator, 'before');
  if (ts.isBinaryExpression(node)) return lowerBinary(l, node, expected);
  if (ts.isConditionalExpression(node)) return lowerConditional(l, node, expected);
  switch (node.kind) {
    case ts.SyntaxKind.TrueKeyword:
      return { kind: 'bool', operand: constant(1n) };
    case ts.SyntaxKind.FalseKeyword:
      return { kind: 'bool', operand: constant(0n) };
    case ts.SyntaxKind.NullKeyword:
      return { kind: 'null' };
    default:
      throw new Refusal('S001', span, `${ts.SyntaxKind[node.kind]} has no meaning in a BPF program.`);
  }
}

function integerLiteral(text: string, span: Span): bigint {
  const value = Number(text);
  if (!Number.isInteger(value)) throw new Refusal('S005', span, `${text} is a fraction; BPF has integers only.`);
  if (!Number.isSafeInteger(value)) throw new Refusal('S004', span, `${text} is not exact.`, 'Write it as a bigint.');
  return BigInt(value);
}

function lowerAs(l: Lowering, node: TypeScript.AsExpression, expected: Type | undefined): Value {
  const value = lower(l, node.expression, expected);
  const type = l.unit.resolver.integer(l.unit.checker.getTypeFromTypeNode(node.type));
  if (!type || value.kind === 'ref') return value;
  return { kind: 'int', type, operand: convert(l.b, value, type, at(l, node)) };
}

function lowerName(l: Lowering, node: TypeScript.Identifier, span: Span): Value {
  const binding = bindingOf(l, node);
  if (binding?.kind === 'value') return binding.value;
  if (binding?.kind === 'failed') throw new Consequence();
  if (binding) return readPlace(l, binding);
  const symbol = symbolOf(l.unit.checker, node);
  const data = symbol && l.unit.data.get(symbol);
  if (data) {
    const base = l.b.address({ kind: 'data', section: data.section, offset: data.offset });
    if (data.section === '.bss') return { kind: 'ref', to: data.type, base, offset: 0, align: 8 };
    return readPlace(l, { kind: 'memory', type: data.type, base, offset: 0, align: 8 });
  }
  if (constantInitialiser(symbol)) return constantValue(l, node, span);
  if (node.text === 'undefined') throw new Refusal('S002', span, 'There is no undefined in BPF.', 'Use null.');
  throw new Refusal('S009', span, `${node.text} is neither a variable of this function nor a constant.`);
}

function lowerProperty(l: Lowering, node: TypeScript.PropertyAccessExpression): Value {
  const { checker } = l.unit;
  const enumValue = checker.getConstantValue(node);
  if (typeof enumValue === 'number') return { kind: 'literal', value: BigInt(enumValue), wide: false };
  if (ts.isIdentifier(node.expression) && !bindingOf(l, node.expression)) {
    const owner = symbolOf(checker, node.expression);
    if (constantInitialiser(owner) && !(owner && l.unit.data.has(owner))) return constantValue(l, node, at(l, node));
  }
  if (node.name.text === 'length') {
    const array = lower(l, node.expression);
    if (array.kind === 'ref' && array.to.kind === 'array') {
      return { kind: 'literal', value: BigInt(array.to.count), wide: false };
    }
  }
  return lowerRead(l, node);
}

function lowerRead(l: Lowering, node: TypeScript.Expression): Value {
  const place = lowerPlace(l, node);
  at(l, node);
  return readPlace(l, place);
}

function lowerNew(l: Lowering, node: TypeScript.NewExpression, span: Span): Value {
  if (node.arguments && node.arguments.length > 0) {
    throw new Refusal('S001', span, 'A struct is made without arguments.', 'Assign its fields afterwards.');
  }
  const type = l.unit.resolver.stored(l.unit.checker.getTypeAtLocation(node), span);
  if (!type) throw new Refusal('S002', span, 'Only struct classes can be made with `new`.');
  return newVariable(l, typeName(type), type);
}

function lowerPrefix(l: Lowering, node: TypeScript.PrefixUnaryExpression): Value {
  const { operand } = node;
  const span = at(l, node);
  switch (node.operator) {
    case ts.SyntaxKind.PlusPlusToken:
    case ts.SyntaxKind.MinusMinusToken:
      return step(l, operand, node.operator, 'after');
    case ts.SyntaxKind.ExclamationToken:
      return lowerLogical(l, node);
    case ts.SyntaxKind.MinusToken: {
      const value = numeric(lower(l, operand), span);
      if (value.kind === 'literal') return { ...value, value: -value.value };
      return arithmetic(l.b, '-', { kind: 'literal', value: 0n, wide: value.type.bits === 64 }, value, span);
    }
    case ts.SyntaxKind.TildeToken: {
      const value = numeric(lower(l, operand), span);
      if (value.kind === 'literal') return { ...value, value: ~value.value };
      const ones = BigInt.asUintN(value.type.bits, -1n);
      const mask = value.type.signed ? -1n : value.type.bits < 32 && !value.type.network ? 0xffffffffn : ones;
      return arithmetic(l.b, '^', value, { kind: 'literal', value: mask, wide: value.type.bits === 64 }, span);
    }
    default:
      throw new Refusal('S002', span, 'Unary plus has no meaning for integers.');
  }
}

/** `++` and `--`; gives the value before or after. */
function step(
  l: Lowering,
  target: TypeScript.Expression,
  operator: TypeScript.PostfixUnaryOperator,
  result: 'before' | 'after',
): Value {
  const span = at(l, target);
  const place = lowerPlace(l, target);
  const before = numeric(readPlace(l, place), span);
  const one: Value = { kind: 'literal', value: 1n, wide: before.kind === 'int' && before.type.bits === 64 };
  const after = arithmetic(l.b, operator === ts.SyntaxKind.PlusPlusToken ? '+' : '-', before, one, span);
  writePlace(l, place, after, span);
  return result === 'before' ? before : after;
}

function lowerBinary(l: Lowering, node: TypeScript.BinaryExpression, expected: Type | undefined): Value {
  const { left, right } = node;
  const kind = node.operatorToken.kind;
  const operator = ts.tokenToString(kind) ?? '';
  if (kind === ts.SyntaxKind.EqualsToken) return assign(l, node);
  if (kind === ts.SyntaxKind.CommaToken) {
    lower(l, left);
    return lower(l, right, expected);
  }
  if (kind >= ts.SyntaxKind.FirstCompoundAssignment && kind <= ts.SyntaxKind.LastCompoundAssignment) {
    const simple = operator.slice(0, -1);
    if (!isArithmetic(simple))
      throw new Refusal('S002', at(l, node), `\`${operator}\` has no meaning in a BPF program.`);
    const place = lowerPlace(l, left);
    const before = readPlace(l, place);
    const by = lower(l, right);
    const span = at(l, node);
    const after = arithmetic(l.b, simple, before, by, span);
    writePlace(l, place, after, span);
    return after;
  }
  if (isComparison(operator) || operator === '&&' || operator === '||') return lowerLogical(l, node);
  if (!isArithmetic(operator))
    throw new Refusal('S002', at(l, node), `\`${operator}\` has no meaning in a BPF program.`);
  const a = lower(l, left);
  const b = lower(l, right);
  return arithmetic(l.b, operator, a, b, at(l, node));
}

function assign(l: Lowering, node: TypeScript.BinaryExpression): Value {
  const place = lowerPlace(l, node.left);
  const type: Type | undefined =
    place.kind === 'memory' ? (place.type.kind === 'int' ? place.type : undefined) : place.type;
  const value = lower(l, node.right, type);
  writePlace(l, place, value, at(l, node.right));
  return value;
}

/** A condition as a value: 1 or 0. */
function lowerLogical(l: Lowering, node: TypeScript.Expression): Value {
  const span = at(l, node);
  if (!(l.unit.checker.getTypeAtLocation(node).flags & ts.TypeFlags.BooleanLike)) {
    throw new Refusal('S002', span, 'Only conditions can be joined by `&&` and `||`.', 'Write `? :`.');
  }
  const result = l.b.variable(32);
  const [yes, no, join] = [l.b.newBlock(), l.b.newBlock(), l.b.newBlock()];
  lowerCondition(l, node, yes, no);
  for (const [block, value] of [
    [yes, 1n],
    [no, 0n],
  ] as const) {
    l.b.enter(block);
    l.b.assign(result, constant(value));
    l.b.jump(join);
  }
  l.b.enter(join);
  return { kind: 'bool', operand: result };
}

function lowerConditional(l: Lowering, node: TypeScript.ConditionalExpression, expected: Type | undefined): Value {
  const [yes, no, join] = [l.b.newBlock(), l.b.newBlock(), l.b.newBlock()];
  lowerCondition(l, node.condition, yes, no);
  const sides = [
    { block: yes, node: node.whenTrue },
    { block: no, node: node.whenFalse },
  ].map((side) => {
    l.b.enter(side.block);
    const value = lower(l, side.node, expected);
    return { value, end: l.b.block };
  });
  const [first, second] = [sides[0]!, sides[1]!];
  const type = commonResult(first.value, second.value, expected, at(l, node));
  const result = resultOf(l, type);
  for (const { value, end } of sides) {
    l.b.enter(end);
    const operand: Operand = operandOf(l, value, type, at(l, node));
    if (result) l.b.assign(result, operand);
    l.b.jump(join);
  }
  l.b.enter(join);
  return result ? asValue(type, result) : { kind: 'void' };
}

/** The type that both sides of `? :` have or can be given. */
function commonResult(a: Value, b: Value, expected: Type | undefined, span: Span): Type {
  if (a.kind === 'literal' && b.kind === 'literal') {
    if (expected?.kind === 'int' && fits(a.value, expected) && fits(b.value, expected)) return expected;
    return typeOfLiteral(a.value < 0n ? a.value : b.value, a.wide, span);
  }
  if (a.kind === 'int' && b.kind === 'int') {
    return a.type === b.type
      ? a.type
      : expected?.kind === 'int'
        ? expected
        : promote(a.type.bits >= b.type.bits ? a.type : b.type);
  }
  if (a.kind === 'int' && b.kind === 'literal') return fits(b.value, a.type) ? a.type : promote(a.type);
  if (b.kind === 'int' && a.kind === 'literal') return fits(a.value, b.type) ? b.type : promote(b.type);
  if (a.kind === 'bool' && b.kind === 'bool') return BOOL;
  if (a.kind === 'ref' && (b.kind === 'null' || (b.kind === 'ref' && sameType(a.to, b.to)))) {
    return { kind: 'ref', to: a.to };
  }
  if (b.kind === 'ref' && a.kind === 'null') return { kind: 'ref', to: b.to };
  if (a.kind === 'context' && b.kind === 'context') return a.type;
  if (a.kind === b.kind && (a.kind === 'void' || a.kind === 'null')) return { kind: a.kind };
  throw new Refusal('S002', span, `The two sides are of different kinds: ${a.kind} and ${b.kind}.`);
}
