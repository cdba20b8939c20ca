import { type TypeScript, ts } from '../frontend/typescript.ts';
import { functionNamed } from './function-call.ts';
import { symbolOf } from './names.ts';
import type { FunctionNode } from './unit.ts';

/** Functions with at most so many syntax nodes are always inlined. */
const SMALL_NODES = 60;
const PARAMS_MAX = 5;

/**
 * Which functions are inlined: small ones, those called in one place only, and those that cannot be called otherwise
 * (too many parameters; a result made with `new`, which would lie on a stack that is gone; a parameter that is one of
 * several kinds of context). `@inline` and `@noinline` in a function's doc comment decide where it can be decided.
 */
export function decideInlining(
  checker: TypeScript.TypeChecker,
  roots: readonly FunctionNode[],
): Map<FunctionNode, boolean> {
  const calls = new Map<FunctionNode, number>();
  const seen = new Set<FunctionNode>();
  const pending = [...roots];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    forEachCall(node, (call) => {
      const target = ts.isIdentifier(call.expression) ? functionNamed(symbolOf(checker, call.expression)) : undefined;
      if (!target) return;
      calls.set(target, (calls.get(target) ?? 0) + 1);
      pending.push(target);
    });
  }
  const decided = new Map<FunctionNode, boolean>();
  for (const [target, count] of calls) {
    const tags = ts.getJSDocTags(target).map((tag) => tag.tagName.text);
    const must =
      target.parameters.length > PARAMS_MAX || makesResult(checker, target) || takesAnyContext(checker, target);
    const may =
      !tags.includes('noinline') && (count === 1 || countNodes(target) <= SMALL_NODES || tags.includes('inline'));
    decided.set(target, must || may);
  }
  return decided;
}

function forEachCall(node: TypeScript.Node, visit: (call: TypeScript.CallExpression) => void): void {
  if (ts.isCallExpression(node)) visit(node);
  ts.forEachChild(node, (child) => forEachCall(child, visit));
}

function countNodes(node: TypeScript.Node): number {
  let count = 1;
  ts.forEachChild(node, (child) => {
    count += countNodes(child);
  });
  return count;
}

/** Whether a function makes a struct and returns a reference to that kind of struct. */
function makesResult(checker: TypeScript.TypeChecker, node: FunctionNode): boolean {
  const signature = checker.getSignatureFromDeclaration(node);
  const result = signature && checker.getNonNullableType(checker.getReturnTypeOfSignature(signature)).getSymbol();
  if (!result) return false;
  let found = false;
  const visit = (child: TypeScript.Node): void => {
    if (ts.isNewExpression(child) && symbolOf(checker, child.expression) === result) found = true;
    else ts.forEachChild(child, visit);
  };
  visit(node);
  return found;
}

function takesAnyContext(checker: TypeScript.TypeChecker, node: FunctionNode): boolean {
  return node.parameters.some((param) => {
    const type = checker.getTypeAtLocation(param);
    return type.isUnion() && type.types.filter((part) => part.getProperties().some(isContextBrand)).length > 1;
  });
}

const isContextBrand = (property: TypeScript.Symbol): boolean =>
  property.escapedName.toString().startsWith('__@context@');
