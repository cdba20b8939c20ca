/** The types of values in a BPF program. */

export type IntName = 'u8' | 'u16' | 'u32' | 'u64' | 'i8' | 'i16' | 'i32' | 'i64' | 'be16' | 'be32' | 'be64';

export interface IntType {
  readonly kind: 'int';
  readonly name: IntName;
  readonly bits: 8 | 16 | 32 | 64;
  readonly signed: boolean;
  /** In network byte order: no arithmetic. */
  readonly network: boolean;
}

export interface Field {
  readonly name: string;
  readonly type: StoredType;
  /** Bytes from the struct's start. */
  readonly offset: number;
}

export interface StructType {
  readonly kind: 'struct';
  readonly name: string;
  readonly fields: readonly Field[];
  readonly size: number;
  readonly align: number;
  /** First gap that no field fills, if any. */
  readonly padding?: { readonly after: string; readonly bytes: number };
}

export interface ArrayType {
  readonly kind: 'array';
  readonly element: StoredType;
  readonly count: number;
}

/** What can lie in memory. */
export type StoredType = IntType | StructType | ArrayType;

/** A pointer, null or not: TypeScript tells when. */
export interface RefType {
  readonly kind: 'ref';
  readonly to: StoredType;
}

export interface ContextType {
  readonly kind: 'context';
  /** The UAPI struct: `__sk_buff`. */
  readonly name: string;
}

export type Type =
  | IntType
  | RefType
  | ContextType
  | { readonly kind: 'bool' }
  | { readonly kind: 'void' }
  | { readonly kind: 'null' };

export const INTS: Readonly<Record<IntName, IntType>> = {
  u8: int('u8', 8, false),
  u16: int('u16', 16, false),
  u32: int('u32', 32, false),
  u64: int('u64', 64, false),
  i8: int('i8', 8, true),
  i16: int('i16', 16, true),
  i32: int('i32', 32, true),
  i64: int('i64', 64, true),
  be16: { ...int('be16', 16, false), network: true },
  be32: { ...int('be32', 32, false), network: true },
  be64: { ...int('be64', 64, false), network: true },
};

export const BOOL: Type = { kind: 'bool' };
export const VOID: Type = { kind: 'void' };

export function isIntName(name: string): name is IntName {
  return Object.hasOwn(INTS, name);
}

/** What an integer becomes before arithmetic, as in C: at least 32 bits. Network order stays as it is. */
export function promote(type: IntType): IntType {
  if (type.bits >= 32 || type.network) return type;
  return type.signed ? INTS.i32 : INTS.u32;
}

export function sizeOf(type: StoredType): number {
  switch (type.kind) {
    case 'int':
      return type.bits / 8;
    case 'struct':
      return type.size;
    case 'array':
      return sizeOf(type.element) * type.count;
    default:
      return type satisfies never;
  }
}

export function alignOf(type: StoredType): number {
  switch (type.kind) {
    case 'int':
      return type.bits / 8;
    case 'struct':
      return type.align;
    case 'array':
      return alignOf(type.element);
    default:
      return type satisfies never;
  }
}

/** As written in a source file: `u32`, `Entry`, `FixedArray<u32, 4>`. */
export function typeName(type: Type | StoredType): string {
  switch (type.kind) {
    case 'int':
    case 'struct':
      return type.name;
    case 'array':
      return type.element.kind === 'int' && type.element.name === 'u8'
        ? `Bytes<${type.count}>`
        : `FixedArray<${typeName(type.element)}, ${type.count}>`;
    case 'ref':
      return type.to.kind === 'int' ? `Ref<${type.to.name}>` : typeName(type.to);
    case 'context':
      return type.name;
    case 'bool':
      return 'boolean';
    case 'void':
    case 'null':
      return type.kind;
    default:
      return type satisfies never;
  }
}

/** Whether two types are the same: structs by name and layout. */
export function sameType(a: StoredType, b: StoredType): boolean {
  if (a.kind === 'int') return b.kind === 'int' && a.name === b.name;
  if (a.kind === 'array') return b.kind === 'array' && a.count === b.count && sameType(a.element, b.element);
  return b.kind === 'struct' && (a === b || (a.name === b.name && a.size === b.size));
}

function int(name: IntName, bits: IntType['bits'], signed: boolean): IntType {
  return { kind: 'int', name, bits, signed, network: false };
}
