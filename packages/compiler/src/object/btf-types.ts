import type { BtfBuilder } from '@sluice/ebpf';
import { type IntName, type StoredType, sizeOf, type Type } from '../types/type.ts';

/** Names of integers in BTF: C's base types, and the kernel's typedefs over them. */
const BASES = {
  8: ['unsigned char', 'signed char'],
  16: ['unsigned short', 'short'],
  32: ['unsigned int', 'int'],
  64: ['unsigned long long', 'long long'],
} as const;

const TYPEDEFS: Readonly<Record<IntName, string>> = {
  u8: '__u8',
  u16: '__u16',
  u32: '__u32',
  u64: '__u64',
  i8: '__s8',
  i16: '__s16',
  i32: '__s32',
  i64: '__s64',
  be16: '__be16',
  be32: '__be32',
  be64: '__be64',
};

/** Puts our types into BTF. */
export class BtfTypes {
  constructor(readonly btf: BtfBuilder) {}

  stored(type: StoredType): number {
    switch (type.kind) {
      case 'int': {
        const { bits, signed } = type;
        const name = BASES[bits][signed ? 1 : 0];
        const encoding = signed ? 'signed' : 'unsigned';
        const base = this.btf.add({ kind: 'int', name, size: bits / 8, encoding, bitOffset: 0, bits });
        return this.btf.add({ kind: 'typedef', name: TYPEDEFS[type.name], type: base });
      }
      case 'array':
        return this.btf.add({
          kind: 'array',
          element: this.stored(type.element),
          index: this.#index(),
          count: type.count,
        });
      case 'struct': {
        const members = type.fields.map(({ name, type: field, offset }) => ({
          name,
          type: this.stored(field),
          bitOffset: 8 * offset,
          bitSize: 0,
        }));
        return this.btf.add({ kind: 'struct', name: type.name, size: sizeOf(type), members });
      }
      default:
        return type satisfies never;
    }
  }

  /** A parameter's or result's type. */
  value(type: Type): number {
    switch (type.kind) {
      case 'int':
        return this.stored(type);
      case 'ref':
        return this.btf.add({ kind: 'ptr', type: this.stored(type.to) });
      case 'context':
        return this.btf.add({ kind: 'ptr', type: this.btf.add({ kind: 'fwd', name: type.name, of: 'struct' }) });
      case 'bool':
        return this.btf.add({ kind: 'int', name: '_Bool', size: 1, encoding: 'bool', bitOffset: 0, bits: 8 });
      case 'void':
      case 'null':
        return 0;
      default:
        return type satisfies never;
    }
  }

  #index(): number {
    return this.btf.add({ kind: 'int', name: 'unsigned int', size: 4, encoding: 'unsigned', bitOffset: 0, bits: 32 });
  }
}
