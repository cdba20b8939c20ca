import { CONTEXTS } from '@sluice/ebpf';
import { Consequence, Refusal, type Span } from '../diagnostics/problem.ts';
import { type TypeScript, ts } from '../frontend/typescript.ts';
import { constant, type Operand } from '../ir/ir.ts';
import { alignOf, INTS, sizeOf, type Type, typeName } from '../types/type.ts';
import { convert } from './convert.ts';
import { lower } from './expression.ts';
import type { Lowering } from './lowering.ts';
import { at } from './lowering.ts';
import { read, write } from './memory.ts';
import { bindingOf } from './names.ts';
import type { Place, Value } from './value.ts';

/** The place that an expression names: a variable, a field, an element, a Ref's value. */
export function lowerPlace(l: Lowering, node: TypeScript.Expression): Place {
  if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node)) return lowerPlace(l, node.expression);
  if (ts.isIdentifier(node)) {
    const binding = bindingOf(l, node);
    if (binding?.kind === 'variable') return binding;
    if (binding?.kind === 'failed') throw new Consequence();
    throw new Refusal('S002', at(l, node), `${node.text} is not a variable of this function.`);
  }
  if (ts.isPropertyAccessExpression(node)) return fieldPlace(l, node);
  if (ts.isElementAccessExpression(node)) return elementPlace(l, node);
  throw new Refusal('S002', at(l, node), 'This is not a place that can be written to.');
}

/** The value at a place. */
export function readPlace(l: Lowering, place: Place): Value {
  switch (place.kind) {
    case 'variable':
      return readVariable(l, place.type, place.variable);
    case 'memory':
      return read(l, place);
    case 'context':
      // The kernel keeps 16-bit values in 32-bit fields: there is nothing above them to cut off.
      return { kind: 'int', type: place.type, operand: l.b.load(place.bits, place.operand, place.offset) };
    default:
      return place satisfies never;
  }
}

/** Puts a value there, converted as an assignment converts. */
export function writePlace(l: Lowering, place: Place, value: Value, span: Span): void {
  switch (place.kind) {
    case 'variable':
      l.b.assign(place.variable, operandOf(l, value, place.type, span));
      break;
    case 'memory':
      write(l, place, value, span);
      break;
    case 'context':
      l.b.store(place.bits, place.operand, place.offset, convert(l.b, value, place.type, span));
      break;
    default:
      place satisfies never;
  }
}

/** A value as the operand of a variable, parameter or result of that type. */
export function operandOf(l: Lowering, value: Value, type: Type, span: Span): Operand {
  switch (type.kind) {
    case 'int':
      return convert(l.b, value, type, span);
    case 'bool':
      if (value.kind === 'bool') return value.operand;
      break;
    case 'ref':
      if (value.kind === 'null') return constant(0n);
      if (value.kind === 'ref')
        return value.offset === 0 ? value.base : l.b.advance(value.base, constant(value.offset));
      break;
    case 'context':
      if (value.kind === 'context') return value.operand;
      if (value.kind === 'null') return constant(0n);
      break;
    case 'void':
    case 'null':
      return constant(0n);
    default:
      return type satisfies never;
  }
  throw new Refusal('S002', span, `A value of kind ${value.kind} cannot be used as ${typeName(type)}.`);
}

/** What an operand of that type is as a value. */
export function asValue(type: Type, operand: Operand): Value {
  switch (type.kind) {
    case 'int':
      return { kind: 'int', type, operand };
    case 'bool':
      return { kind: 'bool', operand };
    case 'ref':
      return { kind: 'ref', to: type.to, base: operand, offset: 0, align: alignOf(type.to) };
    case 'context':
      return { kind: 'context', type, operand };
    case 'void':
    case 'null':
      return { kind: type.kind };
    default:
      return type satisfies never;
  }
}

function readVariable(l: Lowering, type: Type, variable: Extract<Place, { kind: 'variable' }>['variable']): Value {
  // A copy: the variable may be assigned again before this value is used.
  const copy = variable.pointer ? l.b.pointer(false) : l.b.variable(variable.bits);
  l.b.assign(copy, variable);
  return asValue(type, copy);
}

function fieldPlace(l: Lowering, node: TypeScript.PropertyAccessExpression): Place {
  const object = lower(l, node.expression);
  const span = at(l, node.name);
  const name = node.name.text;
  if (object.kind === 'context') return contextPlace(l, object, node, name, undefined);
  if (object.kind !== 'ref')
    throw new Refusal('S002', span, `There is no \`.${name}\` on a value of kind ${object.kind}.`);
  const { to, base, offset, align } = object;
  if (to.kind === 'int' && name === 'value') return { kind: 'memory', type: to, base, offset, align };
  const field = to.kind === 'struct' ? to.fields.find((candidate) => candidate.name === name) : undefined;
  if (!field) throw new Refusal('S002', span, `${typeName(to)} has no field ${name} in BPF.`);
  return { kind: 'memory', type: field.type, base, offset: offset + field.offset, align };
}

function elementPlace(l: Lowering, node: TypeScript.ElementAccessExpression): Place {
  const { expression, argumentExpression: index } = node;
  if (ts.isPropertyAccessExpression(expression)) {
    const object = contextBehind(l, expression);
    if (object) return contextPlace(l, object, node, expression.name.text, constantIndex(l, index));
  }
  const array = lower(l, expression);
  if (array.kind !== 'ref' || array.to.kind !== 'array') {
    throw new Refusal('S002', at(l, node), 'Only arrays have elements.');
  }
  const { element, count } = array.to;
  const stride = sizeOf(element);
  const value = lower(l, index, INTS.u32);
  const span = at(l, index);
  const operand = value.kind === 'literal' ? constant(value.value) : convertIndex(l, value, span);
  if (operand.kind === 'const') {
    const at64 = BigInt.asIntN(64, operand.value);
    if (at64 < 0n || at64 >= BigInt(count)) {
      throw new Refusal('S020', span, `Index ${at64} is outside ${typeName(array.to)}.`);
    }
    return {
      kind: 'memory',
      type: element,
      base: array.base,
      offset: array.offset + Number(at64) * stride,
      align: array.align,
    };
  }
  const bytes = l.b.binary('mul', 64, l.b.widen(operand), constant(stride));
  const base = l.b.advance(array.base, bytes);
  return { kind: 'memory', type: element, base, offset: array.offset, align: Math.min(array.align, alignOf(element)) };
}

function convertIndex(l: Lowering, value: Value, span: Span): Operand {
  if (value.kind === 'int' && value.type.signed) {
    throw new Refusal('S006', span, 'An index cannot be negative, and this one is signed.', 'Convert it: `u32(…)`.');
  }
  return convert(l.b, value, INTS.u32, span);
}

function constantIndex(l: Lowering, index: TypeScript.Expression): number {
  const value = lower(l, index, INTS.u32);
  if (value.kind === 'literal') return Number(value.value);
  if (value.kind === 'int' && value.operand.kind === 'const') return Number(value.operand.value);
  throw new Refusal('S009', at(l, index), 'An array in a context needs a constant index.');
}

function contextBehind(l: Lowering, node: TypeScript.PropertyAccessExpression) {
  const type = l.unit.checker.getTypeAtLocation(node.expression);
  const isContext = l.unit.resolver.resolve(type, at(l, node))?.kind === 'context';
  const object = isContext ? lower(l, node.expression) : undefined;
  return object?.kind === 'context' ? object : undefined;
}

function contextPlace(
  l: Lowering,
  object: Extract<Value, { kind: 'context' }>,
  node: TypeScript.Expression,
  name: string,
  index: number | undefined,
): Place {
  const span = at(l, node);
  const field = CONTEXTS.get(object.type.name)?.fields.find((candidate) => candidate.name === name);
  const type = l.unit.resolver.integer(l.unit.checker.getTypeAtLocation(node));
  if (!field) throw new Refusal('S023', span, `${object.type.name} has no field ${name}.`);
  const size = index === undefined ? field.size : 4;
  const offset = field.offset + 4 * (index ?? 0);
  if (!type || size > 8 || offset + size > field.offset + field.size) {
    const remedy = `Write \`${name}[0]\` and the like.`;
    throw new Refusal('S020', span, `${name} is an array of ${field.size / 4} words.`, remedy);
  }
  const write = isAssigned(node);
  l.into.needs.push({ kind: 'field', context: object.type.name, field: name, offset, size, write, span });
  return { kind: 'context', type, operand: object.operand, offset, bits: (8 * size) as 8 | 16 | 32 | 64 };
}

function isAssigned(node: TypeScript.Node): boolean {
  const { parent } = node;
  return (
    ts.isBinaryExpression(parent) &&
    parent.left === node &&
    parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment
  );
}
