import type { Operand, Var } from '../ir/ir.ts';
import type { ContextType, IntType, StoredType, Type } from '../types/type.ts';

/** What an expression gives while it is being lowered. */
export type Value =
  /** A number in the source, which takes its type from where it is used; `wide` for a bigint. */
  | { readonly kind: 'literal'; readonly value: bigint; readonly wide: boolean }
  | { readonly kind: 'int'; readonly type: IntType; readonly operand: Operand }
  | { readonly kind: 'bool'; readonly operand: Operand }
  /**
   * A pointer to what lies `offset` bytes after `base`. `align`: what `base` is a multiple of, or 8 where it does not
   * matter, as in packets.
   */
  | {
      readonly kind: 'ref';
      readonly to: StoredType;
      readonly base: Operand;
      readonly offset: number;
      readonly align: number;
    }
  | { readonly kind: 'context'; readonly type: ContextType; readonly operand: Operand }
  | { readonly kind: 'null' }
  | { readonly kind: 'void' };

export type RefValue = Extract<Value, { kind: 'ref' }>;

/** What a name in scope stands for. */
export type Binding =
  /** Assigned once: the value itself. */
  | { readonly kind: 'value'; readonly value: Value }
  /** Assigned again and again. */
  | { readonly kind: 'variable'; readonly type: Type; readonly variable: Var }
  /** Its first value was refused. */
  | { readonly kind: 'failed' };

/** What can stand on the left of an assignment. */
export type Place =
  | { readonly kind: 'variable'; readonly type: Type; readonly variable: Var }
  | {
      readonly kind: 'memory';
      readonly type: StoredType;
      readonly base: Operand;
      readonly offset: number;
      readonly align: number;
    }
  | {
      readonly kind: 'context';
      readonly type: IntType;
      readonly operand: Operand;
      readonly offset: number;
      readonly bits: 8 | 16 | 32 | 64;
    };
