import { type AtomicOp, CONTEXTS } from '@sluice/ebpf';
import { Refusal, type Span } from '../diagnostics/problem.ts';
import type { TypeScript } from '../frontend/typescript.ts';
import { type Block, constant } from '../ir/ir.ts';
import { type ContextType, INTS, type IntName, type StoredType, sizeOf } from '../types/type.ts';
import { castValue, convert } from './convert.ts';
import { lower } from './expression.ts';
import type { Lowering } from './lowering.ts';
import { at } from './lowering.ts';
import { describedType } from './map-call.ts';
import { chunks, copyBytes } from './memory.ts';
import { lowerPlace } from './place.ts';
import type { RefValue, Value } from './value.ts';

/** What a name of the language surface does, given its call. */
type Intrinsic = (l: Lowering, node: TypeScript.CallExpression, span: Span) => Value;

/** Names of the surface that are no helpers, by what they compile to. */
export const intrinsics: ReadonlyMap<string, Intrinsic> = new Map<string, Intrinsic>([
  ...(Object.keys(INTS) as IntName[]).map((name): [string, Intrinsic] => [name, conversion(name)]),
  ['htons', swap(16, INTS.u16, INTS.be16)],
  ['ntohs', swap(16, INTS.be16, INTS.u16)],
  ['htonl', swap(32, INTS.u32, INTS.be32)],
  ['ntohl', swap(32, INTS.be32, INTS.u32)],
  ['htonll', swap(64, INTS.u64, INTS.be64)],
  ['ntohll', swap(64, INTS.be64, INTS.u64)],
  ['sizeOf', (l, node, span) => literal(sizeOf(describedType(l, node.arguments[0]!, span)))],
  ['copy', copy],
  ['equal', equal],
  ['packet', packet],
  ['packetLength', packetLength],
  ['packetMeta', packetMeta],
  ['atomicAdd', atomic('add', false)],
  ['atomicOr', atomic('or', false)],
  ['atomicAnd', atomic('and', false)],
  ['atomicXor', atomic('xor', false)],
  ['fetchAdd', atomic('add', true)],
  ['exchange', atomic('xchg', true)],
  ['compareExchange', atomic('cmpxchg', true)],
]);

const literal = (value: number): Value => ({ kind: 'literal', value: BigInt(value), wide: false });

function conversion(name: IntName): Intrinsic {
  return (l, node, span) => castValue(l.b, lower(l, node.arguments[0]!), INTS[name], span);
}

function swap(bits: 16 | 32 | 64, from: (typeof INTS)[IntName], to: (typeof INTS)[IntName]): Intrinsic {
  return (l, node, span) => {
    const value = lower(l, node.arguments[0]!, from);
    const checked = from.network && value.kind !== 'literal' ? convert(l.b, value, from, span) : undefined;
    const held = checked ? { kind: 'int' as const, type: from, operand: checked } : castValue(l.b, value, from, span);
    if (held.kind !== 'int') throw new Refusal('S002', span, 'An integer is needed here.');
    if (value.kind === 'int' && value.type.network && !from.network) {
      throw new Refusal('S008', span, `${value.type.name} is in network byte order already.`);
    }
    return { kind: 'int', type: to, operand: l.b.swap(bits, held.operand) };
  };
}

function copy(l: Lowering, node: TypeScript.CallExpression, span: Span): Value {
  const [to, from] = [reference(l, node, 0, span), reference(l, node, 1, span)];
  copyBytes(l, to, from, sizeOf(to.to));
  return { kind: 'void' };
}

function equal(l: Lowering, node: TypeScript.CallExpression, span: Span): Value {
  const [a, b] = [reference(l, node, 0, span), reference(l, node, 1, span)];
  const result = l.b.variable(32);
  const [differ, join] = [l.b.newBlock(), l.b.newBlock()];
  for (const { offset, bits } of chunks(sizeOf(a.to), a, b)) {
    const next = l.b.newBlock();
    const left = l.b.load(bits, a.base, a.offset + offset);
    const right = l.b.load(bits, b.base, b.offset + offset);
    l.b.branch('ne', bits === 64 ? 64 : 32, left, right, differ, next);
    l.b.enter(next);
  }
  l.b.assign(result, constant(1n));
  l.b.jump(join);
  l.b.enter(differ);
  l.b.assign(result, constant(0n));
  l.b.jump(join);
  l.b.enter(join);
  return { kind: 'bool', operand: result };
}

function reference(l: Lowering, node: TypeScript.CallExpression, index: number, span: Span): RefValue {
  const value = lower(l, node.arguments[index]!);
  if (value.kind !== 'ref') throw new Refusal('S002', span, 'A struct or array is needed here.');
  return value;
}

/** Largest offset the verifier follows in a packet. Kernel: kernel/bpf/verifier.c MAX_PACKET_OFF. */
const MAX_PACKET_OFF = 0xffff;

/**
 * `offset + size` must not lie beyond `data_end`; the pointer compared and the pointer used derive from the same sum,
 * which is how the verifier knows that they belong together.
 */
function packet(l: Lowering, node: TypeScript.CallExpression, span: Span): Value {
  const context = contextArgument(l, node, span);
  const offset = lower(l, node.arguments[1]!, INTS.u32);
  const type = describedType(l, node.arguments[2]!, span);
  at(l, node);
  const size = sizeOf(type);
  const fail = l.b.newBlock();
  const ends = contextPointers(l, context, 'data');
  let start: RefValue['base'] = ends.start;
  const value = offset.kind === 'literal' ? castValue(l.b, offset, INTS.u32, span) : offset;
  if (value.kind === 'int' && value.type.signed) {
    throw new Refusal(
      'S006',
      span,
      'A packet offset cannot be negative, and this one is signed.',
      'Convert it: `u32(…)`.',
    );
  }
  const bytes = convert(l.b, value, INTS.u32, span);
  const distance = l.b.widen(bytes);
  if (distance.kind !== 'const') {
    const reachable = l.b.newBlock();
    l.b.branch('gt', 64, distance, constant(MAX_PACKET_OFF - size), fail, reachable);
    l.b.enter(reachable);
  }
  start = l.b.advance(start, distance);
  return guarded(l, start, type, ends.end, fail);
}

function packetMeta(l: Lowering, node: TypeScript.CallExpression, span: Span): Value {
  const context = contextArgument(l, node, span);
  const type = describedType(l, node.arguments[1]!, span);
  const ends = contextPointers(l, context, 'data_meta', 'data');
  return guarded(l, ends.start, type, ends.end, l.b.newBlock());
}

function packetLength(l: Lowering, node: TypeScript.CallExpression, span: Span): Value {
  const ends = contextPointers(l, contextArgument(l, node, span), 'data');
  const length = l.b.binary('sub', 64, ends.end, ends.start);
  return { kind: 'int', type: INTS.u32, operand: l.b.zext(32, length) };
}

/** A reference to `type` at `start` where all of it lies before `end`; else null, as from the block `fail`. */
function guarded(l: Lowering, start: RefValue['base'], type: StoredType, end: RefValue['base'], fail: Block): Value {
  const [inside, join] = [l.b.newBlock(), l.b.newBlock()];
  const result = l.b.pointer(false);
  const behind = l.b.advance(start, constant(sizeOf(type)));
  l.b.branch('gt', 64, behind, end, fail, inside);
  l.b.enter(inside);
  l.b.assign(result, start);
  l.b.jump(join);
  l.b.enter(fail);
  l.b.assign(result, constant(0n));
  l.b.jump(join);
  l.b.enter(join);
  return { kind: 'ref', to: type, base: result, offset: 0, align: 8 };
}

type ContextValue = Extract<Value, { kind: 'context' }>;

function contextArgument(l: Lowering, node: TypeScript.CallExpression, span: Span): ContextValue {
  const value = lower(l, node.arguments[0]!);
  if (value.kind !== 'context') throw new Refusal('S002', span, "This takes the program's own context.");
  return value;
}

function contextPointers(l: Lowering, context: ContextValue, from: string, to = 'data_end') {
  const field = (name: string) => fieldOffset(context.type, name);
  return {
    start: l.b.loadPointer(32, context.operand, field(from)),
    end: l.b.loadPointer(32, context.operand, field(to)),
  };
}

function fieldOffset(type: ContextType, name: string): number {
  return CONTEXTS.get(type.name)!.fields.find((field) => field.name === name)!.offset;
}

function atomic(operator: AtomicOp, fetch: boolean): Intrinsic {
  return (l, node, span) => {
    const place = lowerPlace(l, node.arguments[0]!);
    if (place.kind !== 'memory' || place.type.kind !== 'int' || place.type.bits < 32) {
      throw new Refusal('S002', span, 'An atomic operation needs a place of 32 or 64 bits in memory.');
    }
    const { type } = place;
    const bits = type.bits === 64 ? 64 : 32;
    const values = node.arguments
      .slice(1)
      .map((argument) => convert(l.b, lower(l, argument, type), type, at(l, argument)));
    at(l, node);
    const expected = operator === 'cmpxchg' ? values[0] : undefined;
    const value = values.at(-1)!;
    const more = { fetch, ...(expected ? { expected } : {}) };
    const old = l.b.atomic(operator, bits, place.base, place.offset, value, more);
    return old ? { kind: 'int', type, operand: old } : { kind: 'void' };
  };
}
