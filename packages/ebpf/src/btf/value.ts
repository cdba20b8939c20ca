import type { Btf } from './btf.ts';

/**
 * Plain values for bytes of a BTF type: integers up to 32 bits are numbers, wider ones bigints, structs are records,
 * arrays of bytes are Uint8Array, other arrays are arrays. Types `__be16`, `__be32` and `__be64` are numbers in host
 * order: the bytes are turned.
 */
export type BtfValue =
  | number
  | bigint
  | boolean
  | Uint8Array
  | readonly BtfValue[]
  | { readonly [field: string]: BtfValue };

/** Reads a value of type `id` at `offset`. Undefined where the bytes are too few or the type has no plain value. */
export function decodeBtfValue(btf: Btf, id: number, bytes: Uint8Array, offset = 0): BtfValue | undefined {
  const size = btf.sizeOf(id);
  if (size === undefined || offset + size > bytes.length) return undefined;
  const type = btf.type(btf.strip(id));
  switch (type.kind) {
    case 'int': {
      const raw = readInteger(bytes, offset, size, isBigEndian(btf, id));
      if (type.encoding === 'bool') return raw !== 0n;
      const value = type.encoding === 'signed' ? BigInt.asIntN(8 * size, raw) : raw;
      return size <= 4 ? Number(value) : value;
    }
    case 'enum':
    case 'enum64':
    case 'ptr': {
      const value = readInteger(bytes, offset, size, false);
      return size <= 4 ? Number(value) : value;
    }
    case 'array': {
      const stride = type.count === 0 ? 0 : size / type.count;
      if (isByte(btf, type.element)) return bytes.slice(offset, offset + size);
      const items: BtfValue[] = [];
      for (let i = 0; i < type.count; i++) {
        const item = decodeBtfValue(btf, type.element, bytes, offset + i * stride);
        if (item === undefined) return undefined;
        items.push(item);
      }
      return items;
    }
    case 'struct':
    case 'union': {
      const record: Record<string, BtfValue> = {};
      for (const member of type.members) {
        if (member.bitSize !== 0 || member.bitOffset % 8 !== 0) continue;
        const value = decodeBtfValue(btf, member.type, bytes, offset + member.bitOffset / 8);
        if (value !== undefined) record[member.name] = value;
      }
      return record;
    }
    default:
      return undefined;
  }
}

/**
 * Writes `value` as type `id` at `offset`. Fields left out stay as they are. Returns a sentence where the value does
 * not fit the type, with the field's path; undefined when all is well.
 */
export function encodeBtfValue(
  btf: Btf,
  id: number,
  value: BtfValue,
  bytes: Uint8Array,
  offset = 0,
  path = 'value',
): string | undefined {
  const size = btf.sizeOf(id);
  if (size === undefined) return `${path}: a type without size`;
  if (offset + size > bytes.length) return `${path}: needs ${size} bytes at ${offset} of ${bytes.length}`;
  const type = btf.type(btf.strip(id));
  switch (type.kind) {
    case 'int':
    case 'enum':
    case 'enum64':
    case 'ptr': {
      if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'boolean') {
        return `${path}: an integer is expected`;
      }
      if (typeof value === 'number' && !Number.isSafeInteger(value)) return `${path}: ${value} is not an integer`;
      const big = BigInt(value);
      const bits = BigInt(8 * size);
      if (big >= 1n << bits || big < -(1n << (bits - 1n))) return `${path}: ${value} does not fit ${size} bytes`;
      writeInteger(bytes, offset, size, BigInt.asUintN(8 * size, big), isBigEndian(btf, id));
      return undefined;
    }
    case 'array': {
      if (!(value instanceof Uint8Array) && !Array.isArray(value)) return `${path}: an array is expected`;
      if (value.length !== type.count) return `${path}: ${type.count} elements are expected, not ${value.length}`;
      const stride = type.count === 0 ? 0 : size / type.count;
      for (let i = 0; i < type.count; i++) {
        const complaint = encodeBtfValue(btf, type.element, value[i]!, bytes, offset + i * stride, `${path}[${i}]`);
        if (complaint) return complaint;
      }
      return undefined;
    }
    case 'struct':
    case 'union': {
      if (typeof value !== 'object' || value instanceof Uint8Array || Array.isArray(value)) {
        return `${path}: a record is expected`;
      }
      for (const [name, field] of Object.entries(value as { readonly [field: string]: BtfValue })) {
        const member = type.members.find((m) => m.name === name && m.bitSize === 0);
        if (!member) return `${path}.${name}: no such field in ${type.kind} ${type.name}`;
        const at = offset + member.bitOffset / 8;
        const complaint = encodeBtfValue(btf, member.type, field, bytes, at, `${path}.${name}`);
        if (complaint) return complaint;
      }
      return undefined;
    }
    default:
      return `${path}: a ${type.kind} has no plain value`;
  }
}

function isBigEndian(btf: Btf, id: number): boolean {
  for (let depth = 0; depth < 32; depth++) {
    const type = btf.type(id);
    switch (type.kind) {
      case 'typedef':
        if (/^__be(16|32|64)$/.test(type.name)) return true;
        id = type.type;
        break;
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'type_tag':
        id = type.type;
        break;
      default:
        return false;
    }
  }
  return false;
}

function isByte(btf: Btf, id: number): boolean {
  const type = btf.type(btf.strip(id));
  return type.kind === 'int' && type.size === 1 && type.encoding !== 'bool';
}

function readInteger(bytes: Uint8Array, offset: number, size: number, bigEndian: boolean): bigint {
  let value = 0n;
  for (let i = 0; i < size; i++) {
    const byte = bytes[bigEndian ? offset + i : offset + size - 1 - i]!;
    value = (value << 8n) | BigInt(byte);
  }
  return value;
}

function writeInteger(bytes: Uint8Array, offset: number, size: number, value: bigint, bigEndian: boolean): void {
  for (let i = 0; i < size; i++) {
    bytes[bigEndian ? offset + size - 1 - i : offset + i] = Number((value >> BigInt(8 * i)) & 255n);
  }
}
