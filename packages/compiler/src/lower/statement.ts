import { Consequence, Refusal } from '../diagnostics/problem.ts';
import { type TypeScript, ts } from '../frontend/typescript.ts';
import { constant } from '../ir/ir.ts';
import { INTS, type Type } from '../types/type.ts';
import { comparison } from './arithmetic.ts';
import { lowerCondition } from './condition.ts';
import { cast, convert } from './convert.ts';
import { lower } from './expression.ts';
import { resultOf, typeOfValue } from './function-call.ts';
import { at, type Lowering } from './lowering.ts';
import { asValue, operandOf } from './place.ts';
import type { FunctionNode } from './unit.ts';
import type { Value } from './value.ts';

/** A function's body: a block, or an arrow's expression. */
export function lowerBody(l: Lowering, node: FunctionNode): void {
  const body = node.body!;
  if (ts.isBlock(body)) {
    lowerStatements(l, body.statements);
  } else {
    const value = lower(l, body, l.frame.returns);
    giveBack(l, value, body);
  }
}

/** Statement after statement; a refusal of one does not keep the next from being looked at. */
function lowerStatements(l: Lowering, statements: readonly TypeScript.Statement[]): void {
  for (const statement of statements) {
    const frame = l.frame;
    try {
      lowerStatement(l, statement);
    } catch (error) {
      if (error instanceof Refusal) l.unit.problems.push(error.problem);
      else if (!(error instanceof Consequence)) throw error;
      l.frame = frame;
      if (ts.isVariableStatement(statement)) markFailed(l, statement);
      if (!l.b.open) l.b.enter(l.b.newBlock());
    }
  }
}

/** Variables whose first value was refused: what comes of them is not complained about again. */
function markFailed(l: Lowering, statement: TypeScript.VariableStatement): void {
  for (const { name } of statement.declarationList.declarations) {
    const symbol = ts.isIdentifier(name) ? l.unit.checker.getSymbolAtLocation(name) : undefined;
    if (symbol && !l.frame.bindings.has(symbol)) l.frame.bindings.set(symbol, { kind: 'failed' });
  }
}

function lowerStatement(l: Lowering, node: TypeScript.Statement): void {
  const span = at(l, node);
  if (ts.isExpressionStatement(node)) lower(l, node.expression);
  else if (ts.isVariableStatement(node)) for (const d of node.declarationList.declarations) declare(l, d);
  else if (ts.isBlock(node)) lowerStatements(l, node.statements);
  else if (ts.isIfStatement(node)) lowerIf(l, node);
  else if (ts.isReturnStatement(node)) lowerReturn(l, node);
  else if (ts.isForStatement(node)) lowerFor(l, node);
  else if (ts.isWhileStatement(node)) loop(l, node.expression, node.statement, undefined, 'before');
  else if (ts.isDoStatement(node)) loop(l, node.expression, node.statement, undefined, 'after');
  else if (ts.isSwitchStatement(node)) lowerSwitch(l, node);
  else if (ts.isBreakOrContinueStatement(node)) lowerBreak(l, node);
  else if (!ts.isEmptyStatement(node)) {
    throw new Refusal('S001', span, `${ts.SyntaxKind[node.kind]} has no meaning in a BPF program.`);
  }
}

function declare(l: Lowering, node: TypeScript.VariableDeclaration): void {
  const span = at(l, node);
  if (!ts.isIdentifier(node.name)) throw new Refusal('S001', span, 'Destructuring has no meaning in a BPF program.');
  const { checker, resolver } = l.unit;
  const symbol = checker.getSymbolAtLocation(node.name)!;
  const isConst = (node.parent.flags & ts.NodeFlags.Const) !== 0;
  const declared = node.type && resolver.resolve(checker.getTypeFromTypeNode(node.type), span);
  const value: Value | undefined = node.initializer && lower(l, node.initializer, declared);
  const type: Type | undefined =
    declared ??
    (value && value.kind !== 'null'
      ? typeOfValue(value, span)
      : resolver.resolve(checker.getTypeAtLocation(node), span));
  if (!type || type.kind === 'null' || type.kind === 'void') {
    const remedy = `Give it a type, as \`${node.name.text}: u32\`.`;
    throw new Refusal('S003', span, `Variable ${node.name.text} has no type that BPF has.`, remedy);
  }
  const valueSpan = node.initializer ? at(l, node.initializer) : span;
  if (isConst && value) {
    const bound = declared?.kind === 'int' ? asValue(declared, convert(l.b, value, declared, valueSpan)) : value;
    l.frame.bindings.set(symbol, { kind: 'value', value: bound });
    return;
  }
  const variable = resultOf(l, type)!;
  l.frame.bindings.set(symbol, { kind: 'variable', type, variable });
  l.b.assign(variable, value ? operandOf(l, value, type, valueSpan) : constant(0n));
}

function lowerIf(l: Lowering, node: TypeScript.IfStatement): void {
  const [yes, no] = [l.b.newBlock(), l.b.newBlock()];
  const join = node.elseStatement ? l.b.newBlock() : no;
  lowerCondition(l, node.expression, yes, no);
  l.b.enter(yes);
  lowerStatements(l, [node.thenStatement]);
  l.b.jump(join);
  if (node.elseStatement) {
    l.b.enter(no);
    lowerStatements(l, [node.elseStatement]);
    l.b.jump(join);
  }
  l.b.enter(join);
}

function lowerReturn(l: Lowering, node: TypeScript.ReturnStatement): void {
  const value: Value = node.expression ? lower(l, node.expression, l.frame.returns) : { kind: 'void' };
  at(l, node);
  giveBack(l, value, node);
  l.b.enter(l.b.newBlock());
}

/** Leaves the function with a value: out of it, or to where it was inlined. */
function giveBack(l: Lowering, value: Value, node: TypeScript.Node): void {
  const span = at(l, node);
  const { inlined, returns } = l.frame;
  if (inlined) {
    if (inlined.result) l.b.assign(inlined.result, operandOf(l, value, returns, span));
    l.b.jump(inlined.exit);
  } else if (l.into.program && value.kind === 'int') {
    // A program's verdict is 32 bits, whatever their sign.
    l.b.return(cast(l.b, value.operand, value.type, INTS.u32));
  } else {
    l.b.return(returns.kind === 'void' ? constant(0n) : operandOf(l, value, returns, span));
  }
}

function lowerFor(l: Lowering, node: TypeScript.ForStatement): void {
  if (node.initializer) {
    if (ts.isVariableDeclarationList(node.initializer)) for (const d of node.initializer.declarations) declare(l, d);
    else lower(l, node.initializer);
  }
  loop(l, node.condition, node.statement, node.incrementor, 'before');
}

function loop(
  l: Lowering,
  condition: TypeScript.Expression | undefined,
  body: TypeScript.Statement,
  incrementor: TypeScript.Expression | undefined,
  test: 'before' | 'after',
): void {
  const [head, start, next, end] = [l.b.newBlock(), l.b.newBlock(), l.b.newBlock(), l.b.newBlock()];
  const check = () => {
    if (condition) lowerCondition(l, condition, start, end);
    else l.b.jump(start);
  };
  l.b.jump(test === 'before' ? head : start);
  if (test === 'before') {
    l.b.enter(head);
    check();
  }
  l.b.enter(start);
  l.frame.loops.push({ breakTo: end, continueTo: next });
  lowerStatements(l, [body]);
  l.frame.loops.pop();
  l.b.jump(next);
  l.b.enter(next);
  if (incrementor) lower(l, incrementor);
  if (test === 'before') l.b.jump(head);
  else check();
  l.b.enter(end);
}

function lowerBreak(l: Lowering, node: TypeScript.BreakOrContinueStatement): void {
  if (node.label) throw new Refusal('S001', at(l, node), 'Labels have no meaning in a BPF program.');
  const isBreak = ts.isBreakStatement(node);
  for (let i = l.frame.loops.length - 1; i >= 0; i--) {
    const target = isBreak ? l.frame.loops[i]!.breakTo : l.frame.loops[i]!.continueTo;
    if (!target) continue;
    l.b.jump(target);
    l.b.enter(l.b.newBlock());
    return;
  }
  throw new Refusal('S001', at(l, node), 'There is no loop around this.');
}

function lowerSwitch(l: Lowering, node: TypeScript.SwitchStatement): void {
  const subject = lower(l, node.expression);
  const end = l.b.newBlock();
  const { clauses } = node.caseBlock;
  const bodies = clauses.map(() => l.b.newBlock());
  clauses.forEach((clause, i) => {
    if (!ts.isCaseClause(clause)) return;
    const value = lower(l, clause.expression);
    const test = comparison(l.b, '===', subject, value, at(l, clause.expression));
    const otherwise = l.b.newBlock();
    l.b.branch(test.operator, test.bits, test.a, test.b, bodies[i]!, otherwise);
    l.b.enter(otherwise);
  });
  const fallback = clauses.findIndex((clause) => ts.isDefaultClause(clause));
  l.b.jump(fallback < 0 ? end : bodies[fallback]!);
  l.frame.loops.push({ breakTo: end });
  clauses.forEach((clause, i) => {
    l.b.enter(bodies[i]!);
    lowerStatements(l, clause.statements);
    l.b.jump(bodies[i + 1] ?? end);
  });
  l.frame.loops.pop();
  l.b.enter(end);
}
