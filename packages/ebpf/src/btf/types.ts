/**
 * BTF's types as a closed union. A type refers to another by id; id 0 is `void`.
 *
 * Spec: Linux Documentation/bpf/btf.rst.
 */

/** BTF_KIND_*: the kind's number is its index here. */
export const BTF_KINDS = [
  'void',
  'int',
  'ptr',
  'array',
  'struct',
  'union',
  'enum',
  'fwd',
  'typedef',
  'volatile',
  'const',
  'restrict',
  'func',
  'func_proto',
  'var',
  'datasec',
  'float',
  'decl_tag',
  'type_tag',
  'enum64',
] as const;

export type BtfKind = (typeof BTF_KINDS)[number];

export interface BtfMember {
  readonly name: string;
  readonly type: number;
  readonly bitOffset: number;
  /** 0: not a bit field. */
  readonly bitSize: number;
}

export interface BtfSectionVariable {
  /** Id of a `var` (or `func`). */
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

export type BtfType =
  | { readonly kind: 'void' }
  | {
      readonly kind: 'int';
      readonly name: string;
      readonly size: number;
      readonly encoding: 'unsigned' | 'signed' | 'char' | 'bool';
      /** Where the value's bits start; 0 except in old bit fields. */
      readonly bitOffset: number;
      readonly bits: number;
    }
  | { readonly kind: 'float'; readonly name: string; readonly size: number }
  | { readonly kind: 'ptr' | 'volatile' | 'const' | 'restrict'; readonly type: number }
  | { readonly kind: 'typedef' | 'type_tag'; readonly name: string; readonly type: number }
  | { readonly kind: 'array'; readonly element: number; readonly index: number; readonly count: number }
  | {
      readonly kind: 'struct' | 'union';
      readonly name: string;
      readonly size: number;
      readonly members: readonly BtfMember[];
    }
  | {
      readonly kind: 'enum' | 'enum64';
      readonly name: string;
      readonly size: number;
      readonly signed: boolean;
      readonly values: readonly { readonly name: string; readonly value: bigint }[];
    }
  | { readonly kind: 'fwd'; readonly name: string; readonly of: 'struct' | 'union' }
  | {
      readonly kind: 'func';
      readonly name: string;
      readonly type: number;
      readonly linkage: BtfLinkage;
    }
  | {
      readonly kind: 'func_proto';
      readonly returns: number;
      readonly params: readonly { readonly name: string; readonly type: number }[];
    }
  | { readonly kind: 'var'; readonly name: string; readonly type: number; readonly linkage: BtfLinkage }
  | {
      readonly kind: 'datasec';
      readonly name: string;
      readonly size: number;
      readonly variables: readonly BtfSectionVariable[];
    }
  | { readonly kind: 'decl_tag'; readonly name: string; readonly type: number; readonly component: number };

/** BTF_FUNC_* and BTF_VAR_*: the number is the index. */
export const BTF_LINKAGES = ['static', 'global', 'extern'] as const;
export type BtfLinkage = (typeof BTF_LINKAGES)[number];

export const BTF_MAGIC = 0xeb9f;
export const BTF_HEADER_BYTES = 24;
/** Bytes of `struct btf_type`, before what the kind adds. */
export const BTF_TYPE_BYTES = 12;

/** Why bytes are not BTF. `offset` is where in the section. */
export interface BtfProblem {
  readonly code: 'B001' | 'B002' | 'B003' | 'B004';
  readonly offset: number;
  readonly message: string;
}

/** Bytes that follow `struct btf_type` in a type of this kind with `vlen` members. */
export function btfExtraBytes(kind: BtfKind, vlen: number): number {
  switch (kind) {
    case 'int':
    case 'var':
    case 'decl_tag':
      return 4;
    case 'array':
      return 12;
    case 'struct':
    case 'union':
    case 'datasec':
    case 'enum64':
      return 12 * vlen;
    case 'enum':
    case 'func_proto':
      return 8 * vlen;
    case 'void':
    case 'ptr':
    case 'fwd':
    case 'typedef':
    case 'volatile':
    case 'const':
    case 'restrict':
    case 'func':
    case 'float':
    case 'type_tag':
      return 0;
    default:
      return kind satisfies never;
  }
}
