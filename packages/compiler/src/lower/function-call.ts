import { Refusal } from '../diagnostics/problem.ts';
import { type TypeScript, ts } from '../frontend/typescript.ts';
import type { Operand } from '../ir/ir.ts';
import { spanOf } from '../types/resolve.ts';
import { INTS, type Type } from '../types/type.ts';
import { typeOfLiteral } from './convert.ts';
import { lower } from './expression.ts';
import { outline } from './function.ts';
import { at, type Frame, type Lowering } from './lowering.ts';
import { constantInitialiser } from './names.ts';
import { asValue, operandOf } from './place.ts';
import { lowerBody } from './statement.ts';
import type { FunctionNode, Unit } from './unit.ts';
import type { Binding, Value } from './value.ts';

/** The function that a module-level name declares: `function f() {}` or `const f = () => …`. */
export function functionNamed(symbol: TypeScript.Symbol | undefined): FunctionNode | undefined {
  const declaration = symbol?.valueDeclaration;
  if (declaration && ts.isFunctionDeclaration(declaration) && declaration.body) return declaration;
  const initialiser = constantInitialiser(symbol)?.initializer;
  return initialiser && (ts.isArrowFunction(initialiser) || ts.isFunctionExpression(initialiser))
    ? initialiser
    : undefined;
}

/** Calls one of the user's functions: writes its body here, or a call of it as a function of its own. */
export function callFunction(l: Lowering, node: TypeScript.CallExpression, target: FunctionNode, name: string): Value {
  const span = at(l, node);
  for (let frame: Frame | undefined = l.frame; frame; frame = frame.parent) {
    if (frame.node === target) throw new Refusal('S013', span, `${name} calls itself, which BPF cannot do.`);
  }
  const signature = signatureOf(l.unit, target);
  const values = signature.params.map((param, i) => {
    const argument = node.arguments[i] ?? param.node.initializer;
    if (!argument) throw new Refusal('S002', span, `Argument ${param.name} is missing.`);
    const value = lower(l, argument, param.type);
    return { param, value, span: at(l, argument) };
  });
  at(l, node);
  if (l.unit.inlining.get(target) === false) {
    const callee = outline(l.unit, target, name);
    l.into.callees.add(callee);
    const args = values.map(({ param, value, span }) => {
      const operand = operandOf(l, value, param.type, span);
      // The function may rely on the upper half being known to be zero.
      return param.type.kind === 'int' && param.type.bits < 64 ? l.b.zext(32, operand) : operand;
    });
    return invoke(l, callee, args, signature.returns);
  }
  const bindings: Frame['bindings'] = new Map();
  for (const { param, value, span } of values) {
    bindings.set(param.symbol, bindArgument(l, value, param, target, span));
  }
  return inline(l, target, bindings, signature.returns);
}

function invoke(l: Lowering, callee: string, args: Operand[], returns: Type): Value {
  if (returns.kind === 'void') {
    l.b.invoke(callee, args, undefined);
    return { kind: 'void' };
  }
  const result = resultOf(l, returns)!;
  l.b.invoke(callee, args, result);
  return asValue(returns, result);
}

function inline(l: Lowering, target: FunctionNode, bindings: Frame['bindings'], returns: Type): Value {
  const exit = l.b.newBlock();
  const result = resultOf(l, returns);
  const outer = l.frame;
  l.frame = {
    node: target,
    bindings,
    returns,
    inlined: { ...(result ? { result } : {}), exit },
    loops: [],
    parent: outer,
  };
  lowerBody(l, target);
  l.b.jump(exit);
  l.b.enter(exit);
  l.frame = outer;
  return result ? asValue(returns, result) : { kind: 'void' };
}

/** An inlined function's parameter: the argument itself, or a variable where the body assigns it. */
function bindArgument(
  l: Lowering,
  value: Value,
  param: Parameter,
  target: FunctionNode,
  span: ReturnType<typeof spanOf>,
): Binding {
  if (isReassigned(l.unit, param.symbol, target)) {
    const operand = operandOf(l, value, param.type, span);
    const variable = resultOf(l, param.type)!;
    l.b.assign(variable, operand);
    return { kind: 'variable', type: param.type, variable };
  }
  if (param.type.kind === 'int' || param.type.kind === 'bool') {
    return { kind: 'value', value: asValue(param.type, operandOf(l, value, param.type, span)) };
  }
  return { kind: 'value', value };
}

/** A variable that can hold a value of that type; none for what has no value. */
export function resultOf(l: Lowering, type: Type) {
  switch (type.kind) {
    case 'int':
      return l.b.variable(type.bits === 64 ? 64 : 32);
    case 'bool':
      return l.b.variable(32);
    case 'ref':
    case 'context':
      return l.b.pointer(false);
    case 'void':
    case 'null':
      return undefined;
    default:
      return type satisfies never;
  }
}

export interface Parameter {
  readonly name: string;
  readonly node: TypeScript.ParameterDeclaration;
  readonly symbol: TypeScript.Symbol;
  readonly type: Type;
}

/** Parameters and result of a function, in our types. A plain `number` is an i32, a plain `bigint` an i64. */
export function signatureOf(unit: Unit, node: FunctionNode): { params: Parameter[]; returns: Type } {
  const { checker, resolver } = unit;
  const params = node.parameters.map((param): Parameter => {
    const span = spanOf(param);
    if (!ts.isIdentifier(param.name) || param.dotDotDotToken) {
      throw new Refusal('S001', span, 'A parameter is a plain name in a BPF program.');
    }
    const type = checker.getTypeAtLocation(param);
    const resolved = resolver.resolve(type, span) ?? plain(type);
    if (!resolved) {
      const text = checker.typeToString(type);
      throw new Refusal('S003', span, `Parameter ${param.name.text} has type ${text}, which BPF does not have.`);
    }
    return { name: param.name.text, node: param, symbol: checker.getSymbolAtLocation(param.name)!, type: resolved };
  });
  const signature = checker.getSignatureFromDeclaration(node);
  const type = signature && checker.getReturnTypeOfSignature(signature);
  const returns = type && (resolver.resolve(type, spanOf(node)) ?? plain(type));
  if (!returns) {
    const text = type ? checker.typeToString(type) : 'unknown';
    throw new Refusal('S003', spanOf(node), `The function returns ${text}, which BPF does not have.`);
  }
  return { params, returns };
}

function plain(type: TypeScript.Type): Type | undefined {
  const parts = type.isUnion() ? type.types : [type];
  if (parts.every((part) => part.flags & ts.TypeFlags.NumberLike || part.isIntersection())) return INTS.i32;
  return parts.every((part) => part.flags & ts.TypeFlags.BigIntLike) ? INTS.i64 : undefined;
}

/** The type a variable gets from its first value. */
export function typeOfValue(value: Value, span: ReturnType<typeof spanOf>): Type {
  switch (value.kind) {
    case 'literal':
      return typeOfLiteral(value.value, value.wide, span);
    case 'int':
    case 'context':
      return value.type;
    case 'ref':
      return { kind: 'ref', to: value.to };
    case 'bool':
    case 'null':
    case 'void':
      return { kind: value.kind };
    default:
      return value satisfies never;
  }
}

/** Whether a parameter or variable is assigned anywhere in the function. */
function isReassigned(unit: Unit, symbol: TypeScript.Symbol, within: TypeScript.Node): boolean {
  let found = false;
  const visit = (node: TypeScript.Node): void => {
    if (found) return;
    const target =
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
      node.operatorToken.kind <= ts.SyntaxKind.LastAssignment
        ? node.left
        : ts.isPostfixUnaryExpression(node) || ts.isPrefixUnaryExpression(node)
          ? node.operand
          : undefined;
    if (target && ts.isIdentifier(target) && unit.checker.getSymbolAtLocation(target) === symbol) found = true;
    else ts.forEachChild(node, visit);
  };
  visit(within);
  return found;
}
