import type { Span } from '../diagnostics/problem.ts';
import type { TypeScript } from '../frontend/typescript.ts';
import type { Builder } from '../ir/builder.ts';
import type { Block, Var } from '../ir/ir.ts';
import { spanOf } from '../types/resolve.ts';
import type { Type } from '../types/type.ts';
import type { FunctionNode, LoweredFunction, Unit } from './unit.ts';
import type { Binding } from './value.ts';

/** One function of the source on its way into the one being written: itself, or inlined into it. */
export interface Frame {
  readonly node: FunctionNode;
  readonly bindings: Map<TypeScript.Symbol, Binding>;
  readonly returns: Type;
  /** Inlined: where `return` puts its value, and where it goes on. */
  readonly inlined?: { readonly result?: Var; readonly exit: Block };
  readonly loops: { readonly breakTo: Block; readonly continueTo?: Block }[];
  readonly parent?: Frame;
}

/** The state that lowering a function carries along. */
export interface Lowering {
  readonly unit: Unit;
  readonly b: Builder;
  readonly into: Pick<LoweredFunction, 'needs' | 'callees' | 'program'>;
  frame: Frame;
}

/** Marks what is written from here on as coming from that node. */
export function at(l: Lowering, node: TypeScript.Node): Span {
  const span = spanOf(node);
  l.b.span = span;
  return span;
}
