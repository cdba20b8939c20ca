import { Refusal, type Span } from '../diagnostics/problem.ts';
import { type TypeScript, ts } from '../frontend/typescript.ts';
import { type Block, type CompareOp, constant, type Operand } from '../ir/ir.ts';
import { comparison, isComparison } from './arithmetic.ts';
import { lower } from './expression.ts';
import { at, type Lowering } from './lowering.ts';
import { pointer } from './memory.ts';
import type { Value } from './value.ts';

/** Goes to `yes` where the condition holds, else to `no`. */
export function lowerCondition(l: Lowering, node: TypeScript.Expression, yes: Block, no: Block): void {
  const operator = ts.isBinaryExpression(node) ? (ts.tokenToString(node.operatorToken.kind) ?? '') : '';
  if (ts.isParenthesizedExpression(node)) {
    lowerCondition(l, node.expression, yes, no);
  } else if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    lowerCondition(l, node.operand, no, yes);
  } else if (ts.isBinaryExpression(node) && (operator === '&&' || operator === '||')) {
    const next = l.b.newBlock();
    lowerCondition(l, node.left, operator === '&&' ? next : yes, operator === '&&' ? no : next);
    l.b.enter(next);
    lowerCondition(l, node.right, yes, no);
  } else if (ts.isBinaryExpression(node) && isComparison(operator)) {
    compare(l, node, operator, yes, no);
  } else {
    const value = lower(l, node);
    decide(l, value, at(l, node), yes, no);
  }
}

/** Goes by whether a value is not zero, not null, or true. */
function decide(l: Lowering, value: Value, span: Span, yes: Block, no: Block): void {
  switch (value.kind) {
    case 'bool':
      l.b.branch('ne', 32, value.operand, constant(0n), yes, no);
      break;
    case 'int':
      l.b.branch('ne', value.type.bits === 64 ? 64 : 32, value.operand, constant(0n), yes, no);
      break;
    case 'literal':
      l.b.jump(value.value === 0n ? no : yes);
      break;
    case 'ref':
    case 'context':
      l.b.branch('ne', 64, addressOf(l, value), constant(0n), yes, no);
      break;
    case 'null':
      l.b.jump(no);
      break;
    case 'void':
      throw new Refusal('S002', span, 'This has no value to decide on.');
    default:
      value satisfies never;
  }
}

function compare(l: Lowering, node: TypeScript.BinaryExpression, operator: string, yes: Block, no: Block): void {
  const left = lower(l, node.left);
  const right = lower(l, node.right);
  const span = at(l, node);
  const equality: CompareOp | undefined = operator.startsWith('==')
    ? 'eq'
    : operator.startsWith('!=')
      ? 'ne'
      : undefined;
  if (isAddress(left) || isAddress(right)) {
    if (!equality || !isAddress(left) || !isAddress(right)) {
      throw new Refusal('S002', span, 'References can only be compared with null and with each other, by === and !==.');
    }
    l.b.branch(equality, 64, addressOf(l, left), addressOf(l, right), yes, no);
  } else if (left.kind === 'bool' && right.kind === 'bool' && equality) {
    l.b.branch(equality, 32, left.operand, right.operand, yes, no);
  } else {
    const test = comparison(l.b, operator, left, right, span);
    l.b.branch(test.operator, test.bits, test.a, test.b, yes, no);
  }
}

type Address = Extract<Value, { kind: 'ref' | 'context' | 'null' }>;

const isAddress = (value: Value): value is Address =>
  value.kind === 'ref' || value.kind === 'context' || value.kind === 'null';

function addressOf(l: Lowering, value: Address): Operand {
  if (value.kind === 'null') return constant(0n);
  return value.kind === 'ref' ? pointer(l, value) : value.operand;
}
