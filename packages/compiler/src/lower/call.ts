import { Refusal } from '../diagnostics/problem.ts';
import { type TypeScript, ts } from '../frontend/typescript.ts';
import { isDeclaration } from './declarations.ts';
import { callFunction, functionNamed } from './function-call.ts';
import { lowerHelperCall } from './helper-call.ts';
import { intrinsics } from './intrinsics.ts';
import { at, type Lowering } from './lowering.ts';
import { lowerMapCall } from './map-call.ts';
import { surfaceName, symbolOf } from './names.ts';
import type { Value } from './value.ts';

/** A call: of a map's method, of something from the language surface, or of one of the user's functions. */
export function lowerCall(l: Lowering, node: TypeScript.CallExpression): Value {
  const { checker } = l.unit;
  const callee = ts.isParenthesizedExpression(node.expression) ? node.expression.expression : node.expression;
  if (ts.isPropertyAccessExpression(callee)) {
    const symbol = symbolOf(checker, callee.expression);
    const map = symbol && l.unit.maps.get(symbol);
    if (map) return lowerMapCall(l, node, map, callee.name.text);
    throw new Refusal('S002', at(l, callee), `\`${callee.getText()}\` is not a function that BPF programs can call.`);
  }
  if (!ts.isIdentifier(callee)) throw new Refusal('S001', at(l, callee), 'Only named functions can be called.');
  const name = surfaceName(checker, callee);
  if (name !== undefined) {
    const intrinsic = intrinsics.get(name);
    if (isDeclaration(name)) {
      const remedy = `Write \`const name = ${name}(…)\` outside all functions.`;
      throw new Refusal('S011', at(l, node), `${name}() declares something at the top of a module.`, remedy);
    }
    return intrinsic ? intrinsic(l, node, at(l, node)) : lowerHelperCall(l, node, name);
  }
  const symbol = symbolOf(checker, callee);
  const target = functionNamed(symbol);
  if (target) return callFunction(l, node, target, callee.text);
  throw new Refusal('S002', at(l, callee), `${callee.text} is not a function with a body at the top of a module.`);
}
