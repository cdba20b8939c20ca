import type { MapType, ProgramType } from '@sluice/ebpf';
import type { Problem, Span } from '../diagnostics/problem.ts';
import type { Front } from '../frontend/host.ts';
import type { TypeScript } from '../frontend/typescript.ts';
import type { IrFunction } from '../ir/ir.ts';
import type { TypeResolver } from '../types/resolve.ts';
import type { StoredType, Type } from '../types/type.ts';

export type FunctionNode = TypeScript.FunctionDeclaration | TypeScript.FunctionExpression | TypeScript.ArrowFunction;

export interface MapDeclaration {
  readonly name: string;
  readonly type: MapType;
  readonly key?: StoredType;
  readonly value?: StoredType;
  readonly maxEntries: number;
  readonly flags: number;
  readonly pinned: boolean;
  readonly span: Span;
}

export interface ProgramDeclaration {
  readonly name: string;
  readonly section: string;
  readonly type: ProgramType;
  readonly attachType?: number;
  readonly node: FunctionNode;
  readonly span: Span;
}

/** A variable in a data section. */
export interface DataDeclaration {
  readonly name: string;
  readonly section: '.rodata' | '.bss';
  readonly type: StoredType;
  readonly offset: number;
}

/** What a program of some type must be allowed to do where this stands. */
export type Need =
  | { readonly kind: 'helper'; readonly id: number; readonly span: Span }
  | {
      readonly kind: 'field';
      readonly context: string;
      readonly field: string;
      readonly offset: number;
      readonly size: number;
      readonly write: boolean;
      readonly span: Span;
    };

/** A function that is compiled for itself: a program, or one that programs call. */
export interface LoweredFunction {
  readonly ir: IrFunction;
  readonly program?: ProgramDeclaration;
  readonly params: readonly { readonly name: string; readonly type: Type }[];
  readonly returns: Type;
  readonly needs: Need[];
  readonly callees: Set<string>;
}

/** Everything known about the program being compiled, filled as lowering goes. */
export interface Unit {
  readonly front: Front;
  readonly checker: TypeScript.TypeChecker;
  readonly resolver: TypeResolver;
  readonly problems: Problem[];
  license: string;
  readonly maps: Map<TypeScript.Symbol, MapDeclaration>;
  /** Maps that a program uses, or that the entry file declares. */
  readonly usedMaps: Set<MapDeclaration>;
  /** Types of the records that programs send to user space: they stand in the object's BTF for their readers. */
  readonly records: Set<StoredType>;
  readonly data: Map<TypeScript.Symbol, DataDeclaration>;
  readonly rodata: number[];
  bssSize: number;
  readonly strings: Map<string, number>;
  readonly programs: ProgramDeclaration[];
  /** By name in the object. */
  readonly functions: Map<string, LoweredFunction>;
  /** Functions compiled for themselves, by declaration. */
  readonly outlined: Map<FunctionNode, string>;
  readonly inlining: ReadonlyMap<FunctionNode, boolean>;
}
