/**
 * Attributes: length, type, value, padded to 4. A nested attribute's value is attributes again.
 *
 * Spec: include/uapi/linux/netlink.h struct nlattr.
 */
export interface Attribute {
  readonly type: number;
  readonly value: Uint8Array;
}

const NLA_HEADER_BYTES = 4;
const NLA_F_NESTED = 0x8000;
const NLA_TYPE_MASK = 0x3fff;

const text = new TextEncoder();

export const bytesAttribute = (type: number, value: Uint8Array): Attribute => ({ type, value });
export const u8Attribute = (type: number, value: number): Attribute => ({ type, value: Uint8Array.of(value) });
/** Host order. */
export const u16Attribute = (type: number, value: number): Attribute => ({
  type,
  value: Uint8Array.of(value & 255, (value >>> 8) & 255),
});
/** Host order. */
export const u32Attribute = (type: number, value: number): Attribute => ({
  type,
  value: Uint8Array.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255),
});
/** Network order, as IPv4 addresses and tunnel ports are. */
export const be16Attribute = (type: number, value: number): Attribute => ({
  type,
  value: Uint8Array.of((value >>> 8) & 255, value & 255),
});
/** Network order. */
export const be32Attribute = (type: number, value: number): Attribute => ({
  type,
  value: Uint8Array.of((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255),
});
/** NUL-terminated. */
export const stringAttribute = (type: number, value: string): Attribute => ({ type, value: text.encode(`${value}\0`) });
export const flagAttribute = (type: number): Attribute => ({ type, value: new Uint8Array(0) });
export const nestedAttribute = (type: number, children: readonly Attribute[]): Attribute => ({
  type: type | NLA_F_NESTED,
  value: encodeAttributes(children),
});

/** Attributes one after another, each padded to 4. */
export function encodeAttributes(attributes: readonly Attribute[]): Uint8Array {
  const size = attributes.reduce((sum, { value }) => sum + padded(NLA_HEADER_BYTES + value.length), 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { type, value } of attributes) {
    view.setUint16(at, NLA_HEADER_BYTES + value.length, true);
    view.setUint16(at + 2, type, true);
    bytes.set(value, at + NLA_HEADER_BYTES);
    at += padded(NLA_HEADER_BYTES + value.length);
  }
  return bytes;
}

/** Attributes by type, flags of the type stripped; of a repeated type, the last. */
export class Attributes {
  readonly #values = new Map<number, Uint8Array>();

  constructor(bytes: Uint8Array, from = 0) {
    for (const { type, value } of decodeAttributes(bytes, from)) this.#values.set(type, value);
  }

  bytes(type: number): Uint8Array | undefined {
    return this.#values.get(type);
  }

  nested(type: number): Attributes | undefined {
    const value = this.#values.get(type);
    return value && new Attributes(value);
  }

  u8(type: number): number | undefined {
    return this.#values.get(type)?.[0];
  }

  u16(type: number): number | undefined {
    return this.#view(type, 2)?.getUint16(0, true);
  }

  u32(type: number): number | undefined {
    return this.#view(type, 4)?.getUint32(0, true);
  }

  u64(type: number): bigint | undefined {
    return this.#view(type, 8)?.getBigUint64(0, true);
  }

  be16(type: number): number | undefined {
    return this.#view(type, 2)?.getUint16(0);
  }

  be32(type: number): number | undefined {
    return this.#view(type, 4)?.getUint32(0);
  }

  string(type: number): string | undefined {
    const value = this.#values.get(type);
    if (!value) return undefined;
    const end = value.indexOf(0);
    return new TextDecoder().decode(end < 0 ? value : value.subarray(0, end));
  }

  has(type: number): boolean {
    return this.#values.has(type);
  }

  #view(type: number, size: number): DataView | undefined {
    const value = this.#values.get(type);
    return value && value.length >= size ? new DataView(value.buffer, value.byteOffset, value.byteLength) : undefined;
  }
}

/** Attributes in order. What is cut short at the end is left out. */
export function decodeAttributes(bytes: Uint8Array, from = 0): Attribute[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const attributes: Attribute[] = [];
  for (let at = from; at + NLA_HEADER_BYTES <= bytes.length; ) {
    const length = view.getUint16(at, true);
    if (length < NLA_HEADER_BYTES || at + length > bytes.length) break;
    const type = view.getUint16(at + 2, true) & NLA_TYPE_MASK;
    attributes.push({ type, value: bytes.subarray(at + NLA_HEADER_BYTES, at + length) });
    at += padded(length);
  }
  return attributes;
}

const padded = (length: number): number => (length + 3) & ~3;
