import { BTF_KINDS, BTF_LINKAGES, BTF_TYPE_BYTES, type BtfLinkage, type BtfType } from './types.ts';

/**
 * Decodes the type at `at`, whose length has been checked. `text` gives the string at an offset of the string section.
 */
export function readBtfType(view: DataView, at: number, text: (offset: number) => string): BtfType {
  const name = text(view.getUint32(at, true));
  const info = view.getUint32(at + 4, true);
  const sizeOrType = view.getUint32(at + 8, true);
  const vlen = info & 0xffff;
  const flag = info >>> 31 === 1;
  const extra = at + BTF_TYPE_BYTES;
  const u32 = (index: number) => view.getUint32(extra + 4 * index, true);
  const list = <T>(words: number, read: (base: number) => T): T[] =>
    Array.from({ length: vlen }, (_, i) => read(i * words));
  const kind = BTF_KINDS[(info >>> 24) & 31] ?? 'void';
  switch (kind) {
    case 'void':
      return { kind };
    case 'int': {
      const word = u32(0);
      const encoding = (word >>> 24) & 15;
      return {
        kind,
        name,
        size: sizeOrType,
        encoding: encoding & 4 ? 'bool' : encoding & 2 ? 'char' : encoding & 1 ? 'signed' : 'unsigned',
        bitOffset: (word >>> 16) & 255,
        bits: word & 255,
      };
    }
    case 'float':
      return { kind, name, size: sizeOrType };
    case 'ptr':
    case 'volatile':
    case 'const':
    case 'restrict':
      return { kind, type: sizeOrType };
    case 'typedef':
    case 'type_tag':
      return { kind, name, type: sizeOrType };
    case 'array':
      return { kind, element: u32(0), index: u32(1), count: u32(2) };
    case 'struct':
    case 'union':
      return {
        kind,
        name,
        size: sizeOrType,
        members: list(3, (i) => ({
          name: text(u32(i)),
          type: u32(i + 1),
          bitOffset: flag ? u32(i + 2) & 0xffffff : u32(i + 2),
          bitSize: flag ? u32(i + 2) >>> 24 : 0,
        })),
      };
    case 'enum':
      return {
        kind,
        name,
        size: sizeOrType,
        signed: flag,
        values: list(2, (i) => ({ name: text(u32(i)), value: BigInt(flag ? u32(i + 1) | 0 : u32(i + 1)) })),
      };
    case 'enum64':
      return {
        kind,
        name,
        size: sizeOrType,
        signed: flag,
        values: list(3, (i) => {
          const value = (BigInt(u32(i + 2)) << 32n) | BigInt(u32(i + 1));
          return { name: text(u32(i)), value: flag ? BigInt.asIntN(64, value) : value };
        }),
      };
    case 'fwd':
      return { kind, name, of: flag ? 'union' : 'struct' };
    case 'func':
      return { kind, name, type: sizeOrType, linkage: linkage(vlen) };
    case 'func_proto':
      return { kind, returns: sizeOrType, params: list(2, (i) => ({ name: text(u32(i)), type: u32(i + 1) })) };
    case 'var':
      return { kind, name, type: sizeOrType, linkage: linkage(u32(0)) };
    case 'datasec':
      return {
        kind,
        name,
        size: sizeOrType,
        variables: list(3, (i) => ({ type: u32(i), offset: u32(i + 1), size: u32(i + 2) })),
      };
    case 'decl_tag':
      return { kind, name, type: sizeOrType, component: u32(0) | 0 };
    default:
      return kind satisfies never;
  }
}

function linkage(number: number): BtfLinkage {
  return BTF_LINKAGES[number] ?? 'static';
}
