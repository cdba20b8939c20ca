import { Refusal, type Span } from '../diagnostics/problem.ts';
import { type TypeScript, ts } from '../frontend/typescript.ts';
import { Builder } from '../ir/builder.ts';
import { convert } from './convert.ts';
import { lower } from './expression.ts';
import type { Lowering } from './lowering.ts';
import { constantInitialiser, symbolOf } from './names.ts';
import type { Unit } from './unit.ts';
import type { Value } from './value.ts';

/**
 * The value of a module-level constant, or of a property of a constant object: computed from its initialiser, which
 * must need nothing that is known at run time only.
 */
export function constantValue(
  l: Pick<Lowering, 'unit'>,
  node: TypeScript.Identifier | TypeScript.PropertyAccessExpression,
  span: Span,
): Value {
  const { checker } = l.unit;
  if (ts.isIdentifier(node)) {
    const declaration = constantInitialiser(symbolOf(checker, node));
    if (!declaration?.initializer) throw new Refusal('S009', span, `${node.text} has no value at compile time.`);
    const value = evaluate(l.unit, declaration.initializer, span);
    const type = declaration.type && l.unit.resolver.integer(checker.getTypeFromTypeNode(declaration.type));
    if (!type || value.kind === 'ref') return value;
    return { kind: 'int', type, operand: convert(scratch(span), value, type, span) };
  }
  const property = symbolOf(checker, node.name)?.valueDeclaration;
  if (!property || !ts.isPropertyAssignment(property)) {
    throw new Refusal('S009', span, `${node.getText()} has no value at compile time.`);
  }
  return evaluate(l.unit, property.initializer, span);
}

/** An expression's value where everything in it is constant. */
export function evaluate(unit: Unit, node: TypeScript.Expression, span: Span): Value {
  const b = scratch(span);
  const l: Lowering = {
    unit,
    b,
    into: { needs: [], callees: new Set() },
    frame: { node: undefined as never, bindings: new Map(), returns: { kind: 'void' }, loops: [] },
  };
  const value = lower(l, node);
  const known =
    value.kind === 'literal' || ((value.kind === 'int' || value.kind === 'bool') && value.operand.kind === 'const');
  if (!known) throw new Refusal('S009', span, `\`${node.getText()}\` is not known at compile time.`);
  return value;
}

/** A constant as a plain number: a map's size, say. */
export function evaluateNumber(unit: Unit, node: TypeScript.Expression, span: Span): number {
  const value = evaluate(unit, node, span);
  if (value.kind === 'literal') return Number(value.value);
  if (value.kind === 'int' && value.operand.kind === 'const') return Number(value.operand.value);
  throw new Refusal('S009', span, `\`${node.getText()}\` is not a number known at compile time.`);
}

const scratch = (span: Span): Builder => new Builder('constant', span, []);
