import { type HelperRow, helperNamed } from '@sluice/ebpf';
import { Refusal, type Span } from '../diagnostics/problem.ts';
import { type TypeScript, ts } from '../frontend/typescript.ts';
import { constant, type Operand, type Var } from '../ir/ir.ts';
import { INTS, type IntType } from '../types/type.ts';
import { cast, convert, numeric } from './convert.ts';
import { lower } from './expression.ts';
import { at, type Lowering } from './lowering.ts';
import { memoryArgument } from './map-call.ts';
import type { Value } from './value.ts';

/** A helper's name in the kernel for its name here: `getPrandomU32` is `get_prandom_u32`. */
export function helperName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A call of a helper, its registers filled as the helper table says; sizes of memory follow from its type. */
export function lowerHelperCall(l: Lowering, node: TypeScript.CallExpression, name: string): Value {
  const span = at(l, node);
  const row = helperNamed(helperName(name));
  if (!row) throw new Refusal('S002', span, `${name} is not something a BPF program can call.`);
  if (row.name === 'trace_printk') return tracePrintk(l, node, row, span);
  const args: Operand[] = [];
  let next = 0;
  let size: number | undefined;
  for (const kind of row.args) {
    if (kind === 'size' || kind === 'size-or-zero') {
      args.push(constant(size ?? 0));
      continue;
    }
    const argument = node.arguments[next++];
    switch (kind) {
      case 'ctx':
      case 'ctx-or-null': {
        const value: Value = argument ? lower(l, argument) : { kind: 'null' };
        if (value.kind !== 'context' && !(value.kind === 'null' && kind === 'ctx-or-null')) {
          throw new Refusal('S002', span, `${name} takes the program's own context.`);
        }
        args.push(value.kind === 'context' ? value.operand : constant(0n));
        break;
      }
      case 'mem-read':
      case 'mem-read-or-null':
      case 'mem-write':
      case 'mem-update': {
        if (!argument) throw new Refusal('S002', span, `${name} needs memory here.`);
        if (argument.kind === ts.SyntaxKind.NullKeyword) {
          size = 0;
          args.push(constant(0n));
        } else {
          const memory = memoryArgument(l, argument);
          size = memory.size;
          args.push(memory.address);
        }
        break;
      }
      case 'u32':
      case 'u64':
        args.push(wideArgument(l, argument));
        break;
      default:
        throw new Refusal('S002', span, `${name} cannot be called from TypeScript yet: it takes a ${kind}.`);
    }
  }
  return helperResult(l, row, args, declaredResult(l, node), span);
}

/** Any integer as the 64 bits a helper takes; what is left out is 0. */
export function wideArgument(l: Lowering, node: TypeScript.Expression | undefined): Operand {
  if (!node) return constant(0n);
  const value = numeric(lower(l, node), at(l, node));
  if (value.kind === 'literal') return constant(value.value);
  return cast(l.b, convert(l.b, value, value.type, at(l, node)), value.type, value.type.signed ? INTS.i64 : INTS.u64);
}

/** Writes a helper's call and notes that the program must be allowed to make it. */
export function callHelper(l: Lowering, row: HelperRow, args: Operand[], result: Var | undefined, span: Span): void {
  l.into.needs.push({ kind: 'helper', id: row.id, span });
  l.b.call(row.id, args, result);
}

function helperResult(l: Lowering, row: HelperRow, args: Operand[], type: IntType | undefined, span: Span): Value {
  if (row.returns === 'void' || !type) {
    callHelper(l, row, args, undefined, span);
    return { kind: 'void' };
  }
  const result = l.b.variable(64);
  callHelper(l, row, args, result, span);
  return { kind: 'int', type, operand: cast(l.b, result, type.signed ? INTS.i64 : INTS.u64, type) };
}

function declaredResult(l: Lowering, node: TypeScript.CallExpression): IntType | undefined {
  return l.unit.resolver.integer(l.unit.checker.getTypeAtLocation(node));
}

function tracePrintk(l: Lowering, node: TypeScript.CallExpression, row: HelperRow, span: Span): Value {
  const [format, ...rest] = node.arguments;
  if (!format || !ts.isStringLiteralLike(format)) {
    throw new Refusal('S002', span, 'The format must be written here as a string.');
  }
  if (rest.length > 3) throw new Refusal('S014', span, 'tracePrintk takes at most three values.');
  const bytes = new Uint8Array([...new TextEncoder().encode(format.text), 0]);
  const address = l.b.address({ kind: 'data', section: '.rodata', offset: stringOffset(l, format.text, bytes) });
  const args = [address, constant(bytes.length), ...rest.map((argument) => wideArgument(l, argument))];
  return helperResult(l, row, args, INTS.i32, span);
}

function stringOffset(l: Lowering, text: string, bytes: Uint8Array): number {
  const { strings, rodata } = l.unit;
  const known = strings.get(text);
  if (known !== undefined) return known;
  const offset = rodata.length;
  rodata.push(...bytes);
  strings.set(text, offset);
  return offset;
}
