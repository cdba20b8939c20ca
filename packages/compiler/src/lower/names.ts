import { isSurfaceFile } from '../frontend/host.ts';
import { type TypeScript, ts } from '../frontend/typescript.ts';
import type { Lowering } from './lowering.ts';
import type { Binding } from './value.ts';

/** What a name means, imports followed to where it was declared. */
export function symbolOf(checker: TypeScript.TypeChecker, node: TypeScript.Node): TypeScript.Symbol | undefined {
  const parent = node.parent;
  const symbol =
    parent && ts.isShorthandPropertyAssignment(parent)
      ? checker.getShorthandAssignmentValueSymbol(parent)
      : checker.getSymbolAtLocation(node);
  return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** What a name in the function being lowered is bound to. */
export function bindingOf(l: Lowering, node: TypeScript.Identifier): Binding | undefined {
  const symbol = symbolOf(l.unit.checker, node);
  return symbol && l.frame.bindings.get(symbol);
}

/** The name under which the language surface exports what this node refers to, if it is from there. */
export function surfaceName(checker: TypeScript.TypeChecker, node: TypeScript.Node): string | undefined {
  const symbol = symbolOf(checker, node);
  const file = symbol?.declarations?.[0]?.getSourceFile().fileName;
  return symbol && file !== undefined && isSurfaceFile(file) ? symbol.name : undefined;
}

/** The initialiser of a module-level `const`. */
export function constantInitialiser(symbol: TypeScript.Symbol | undefined): TypeScript.VariableDeclaration | undefined {
  const declaration = symbol?.valueDeclaration;
  if (!declaration || !ts.isVariableDeclaration(declaration)) return undefined;
  const list = declaration.parent;
  const isConst = (list.flags & ts.NodeFlags.Const) !== 0;
  return isConst && ts.isVariableStatement(list.parent) && ts.isSourceFile(list.parent.parent)
    ? declaration
    : undefined;
}
