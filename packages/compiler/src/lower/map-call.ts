import { helperNamed } from '@sluice/ebpf';
import { Refusal, type Span } from '../diagnostics/problem.ts';
import type { TypeScript } from '../frontend/typescript.ts';
import { constant, type Operand } from '../ir/ir.ts';
import { INTS, type StoredType, sameType, sizeOf, typeName } from '../types/type.ts';
import { castValue, convert } from './convert.ts';
import { lower } from './expression.ts';
import { callHelper, wideArgument } from './helper-call.ts';
import { at, type Lowering } from './lowering.ts';
import { newVariable, pointer, write } from './memory.ts';
import type { MapDeclaration } from './unit.ts';
import type { Value } from './value.ts';

/** A call of a map's method: the helper of the same meaning. */
export function lowerMapCall(l: Lowering, node: TypeScript.CallExpression, map: MapDeclaration, method: string): Value {
  l.unit.usedMaps.add(map);
  const span = at(l, node);
  const args = node.arguments;
  const itself = (): Operand => l.b.address({ kind: 'map', name: map.name });
  const flags = (i: number) => wideArgument(l, args[i]);
  switch (method) {
    case 'lookup': {
      const key = keyPointer(l, args[0]!, map.key!);
      const found = l.b.pointer(false);
      callHelper(l, helper('map_lookup_elem'), [itself(), key], found, span);
      return { kind: 'ref', to: map.value!, base: found, offset: 0, align: 8 };
    }
    case 'update': {
      const key = keyPointer(l, args[0]!, map.key!);
      const value = keyPointer(l, args[1]!, map.value!);
      return status(l, 'map_update_elem', [itself(), key, value, flags(2)], span);
    }
    case 'delete': {
      const key = keyPointer(l, args[0]!, map.key!);
      return status(l, 'map_delete_elem', [itself(), key], span);
    }
    case 'tailCall': {
      const context = lower(l, args[0]!);
      if (context.kind !== 'context') throw new Refusal('S002', span, "A tail call takes the program's own context.");
      const index = convert(l.b, lower(l, args[1]!, INTS.u32), INTS.u32, span);
      callHelper(l, helper('tail_call'), [context.operand, itself(), index], undefined, span);
      return { kind: 'void' };
    }
    case 'reserve': {
      const type = describedType(l, args[0]!, span);
      l.unit.records.add(type);
      const record = l.b.pointer(false);
      const size = constant(sizeOf(type));
      callHelper(l, helper('ringbuf_reserve'), [itself(), size, constant(0n)], record, span);
      return { kind: 'ref', to: type, base: record, offset: 0, align: 8 };
    }
    case 'submit':
    case 'discard': {
      const record = lower(l, args[0]!);
      if (record.kind !== 'ref') throw new Refusal('S002', span, `${method} takes a record that reserve() gave.`);
      const row = helper(method === 'submit' ? 'ringbuf_submit' : 'ringbuf_discard');
      callHelper(l, row, [pointer(l, record), flags(1)], undefined, span);
      return { kind: 'void' };
    }
    case 'output': {
      if (map.type === 'ringbuf') {
        const { address, size } = memoryArgument(l, args[0]!);
        return status(l, 'ringbuf_output', [itself(), address, constant(size), flags(1)], span);
      }
      const context = lower(l, args[0]!);
      if (context.kind !== 'context')
        throw new Refusal('S002', span, "output() takes the program's own context first.");
      const { address, size } = memoryArgument(l, args[1]!);
      const where = args[2] ? flags(2) : constant(0xffffffffn);
      return status(l, 'perf_event_output', [context.operand, itself(), where, address, constant(size)], span);
    }
    case 'redirect': {
      const key = l.b.widen(convert(l.b, lower(l, args[0]!, INTS.u32), INTS.u32, span));
      return status(l, 'redirect_map', [itself(), key, flags(1)], span);
    }
    default:
      throw new Refusal('S002', span, `Maps have no method ${method}.`);
  }
}

/** The type that a description (`Event`, `u32`) stands for. */
export function describedType(l: Lowering, node: TypeScript.Expression, span: Span): StoredType {
  const type = describe(l.unit, node, span);
  if (!type) throw new Refusal('S026', span, `${node.getText()} is not a struct class or an integer's name.`);
  return type;
}

/** As describedType, or undefined. */
export function describe(unit: Lowering['unit'], node: TypeScript.Expression, span: Span): StoredType | undefined {
  const type = unit.checker.getTypeAtLocation(node);
  const made = type.getConstructSignatures()[0] ?? type.getCallSignatures()[0];
  return made && unit.resolver.stored(unit.checker.getReturnTypeOfSignature(made), span);
}

/** Memory that holds what an argument says: what a reference points to, or an integer put on the stack. */
export function memoryArgument(l: Lowering, node: TypeScript.Expression): { address: Operand; size: number } {
  const value = lower(l, node);
  const span = at(l, node);
  if (value.kind === 'ref') return { address: pointer(l, value), size: sizeOf(value.to) };
  if (value.kind !== 'int') {
    throw new Refusal('S003', span, 'Memory is needed here: a struct, an array, or an integer of known width.');
  }
  return { address: pointer(l, spilled(l, value.type, value, span)), size: value.type.bits / 8 };
}

function keyPointer(l: Lowering, node: TypeScript.Expression, type: StoredType): Operand {
  const value = lower(l, node, type.kind === 'int' ? type : undefined);
  const span = at(l, node);
  if (type.kind === 'int') return pointer(l, spilled(l, type, value, span));
  if (value.kind !== 'ref' || !sameType(value.to, type)) {
    throw new Refusal('S002', span, `${typeName(type)} is needed here.`);
  }
  return pointer(l, value);
}

/** An integer in a stack variable of its own. */
function spilled(l: Lowering, type: Extract<StoredType, { kind: 'int' }>, value: Value, span: Span) {
  const place = newVariable(l, typeName(type), type);
  write(
    l,
    { ...place, type },
    value.kind === 'literal' && type.network ? castValue(l.b, value, type, span) : value,
    span,
  );
  return place;
}

function status(l: Lowering, name: string, args: Operand[], span: Span): Value {
  const result = l.b.variable(64);
  callHelper(l, helper(name), args, result, span);
  return { kind: 'int', type: INTS.i32, operand: l.b.zext(32, result) };
}

const helper = (name: string) => helperNamed(name)!;
