import { Refusal } from '../diagnostics/problem.ts';
import { type TypeScript, ts } from '../frontend/typescript.ts';
import { type Block, type CompareOp, constant, type Operand } from '../ir/ir.ts';
import { comparison, isComparison } from './arithmetic.ts';
import { lower } from './expression.ts';
import { at, type Lowering } from './lowering.ts';
import { pointer } from './memory.ts';
import type { Value } from './value.ts';

/** Goes to `yes` where the condition holds, else to `no`. */
export function lowerCondition(l: Lowering, node: TypeScript.Expression, yes: Block, no: Block): void {
  if (ts.isParenthesizedExpression(node)) return lowerCondition(l, node.expression, yes, no);
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    return lowerCondition(l, node.operand, no, yes);
  }
  if (ts.isBinaryExpression(node)) {
    const operator = ts.tokenToString(node.operatorToken.kind) ?? '';
    if (operator === '&&' || operator === '||') {
      const next = l.b.newBlock();
      lowerCondition(l, node.left, operator === '&&' ? next : yes, operator === '&&' ? no : next);
      l.b.enter(next);
      return lowerCondition(l, node.right, yes, no);
    }
    if (isComparison(operator)) return compare(l, node, operator, yes, no);
  }
  const value = lower(l, node);
  const span = at(l, node);
  switch (value.kind) {
    case 'bool':
      return l.b.branch('ne', 32, value.operand, constant(0n), yes, no);
    case 'int':
      return l.b.branch('ne', value.type.bits === 64 ? 64 : 32, value.operand, constant(0n), yes, no);
    case 'literal':
      return l.b.jump(value.value === 0n ? no : yes);
    case 'ref':
    case 'context':
      return l.b.branch('ne', 64, addressOf(l, value), constant(0n), yes, no);
    case 'null':
      return l.b.jump(no);
    case 'void':
      throw new Refusal('S002', span, 'This has no value to decide on.');
    default:
      return value satisfies never;
  }
}

function compare(l: Lowering, node: TypeScript.BinaryExpression, operator: string, yes: Block, no: Block): void {
  const left = lower(l, node.left);
  const right = lower(l, node.right);
  const span = at(l, node);
  if (isAddress(left) || isAddress(right)) {
    const equality: CompareOp | undefined = operator.startsWith('==')
      ? 'eq'
      : operator.startsWith('!=')
        ? 'ne'
        : undefined;
    if (!equality || !isAddress(left) || !isAddress(right)) {
      throw new Refusal('S002', span, 'References can only be compared with null and with each other, by === and !==.');
    }
    return l.b.branch(equality, 64, addressOf(l, left), addressOf(l, right), yes, no);
  }
  if (left.kind === 'bool' && right.kind === 'bool' && (operator.startsWith('==') || operator.startsWith('!='))) {
    return l.b.branch(operator.startsWith('==') ? 'eq' : 'ne', 32, left.operand, right.operand, yes, no);
  }
  const test = comparison(l.b, operator, left, right, span);
  l.b.branch(test.operator, test.bits, test.a, test.b, yes, no);
}

type Address = Extract<Value, { kind: 'ref' | 'context' | 'null' }>;

const isAddress = (value: Value): value is Address =>
  value.kind === 'ref' || value.kind === 'context' || value.kind === 'null';

function addressOf(l: Lowering, value: Address): Operand {
  if (value.kind === 'null') return constant(0n);
  return value.kind === 'ref' ? pointer(l, value) : value.operand;
}
