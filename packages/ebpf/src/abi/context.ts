import type { ProgramType } from '../spec.ts';

/** What a load of a context field yields. Pointers load with the field's full access size only. */
export type ContextFieldKind =
  | 'scalar'
  | 'packet'
  | 'packet-end'
  | 'packet-meta'
  | 'socket'
  | 'socket-or-null'
  | 'sock-common-or-null'
  | 'kernel-pointer';

/**
 * A field as UAPI lays it out. An access is allowed where it lies inside the field, is aligned to its own size, and
 * its size is listed. Fields may overlap (unions): one that allows is enough.
 */
export interface ContextField {
  readonly name: string;
  readonly offset: number;
  /** Bytes; an array's is that of all its elements. */
  readonly size: number;
  readonly kind: ContextFieldKind;
  /** Access sizes in bytes; empty: never. */
  readonly readSizes: readonly number[];
  readonly writeSizes: readonly number[];
  /** Additional size that may be read at the field's own offset, although wider than the field. */
  readonly readWide?: number;
  /** An access narrower than the field may stand only at its beginning. */
  readonly fromStart?: true;
  /** Program types that may read or write; absent: all that take this context. */
  readonly readBy?: readonly ProgramType[];
  readonly writeBy?: readonly ProgramType[];
  /** Only with these attach types (both reading and writing); absent: all. */
  readonly attachTypes?: readonly number[];
}

export interface ContextRow {
  /** The UAPI struct's name. */
  readonly name: string;
  readonly size: number;
  readonly fields: readonly ContextField[];
}

export interface ContextAccess {
  readonly offset: number;
  readonly size: number;
  readonly write: boolean;
  readonly type: ProgramType;
  readonly attachType?: number | undefined;
}

/** The field through which the access is allowed, or undefined where Linux refuses it. */
export function contextFieldFor(context: ContextRow, access: ContextAccess): ContextField | undefined {
  return context.fields.find((field) => allows(field, access));
}

function allows(field: ContextField, access: ContextAccess): boolean {
  const { offset, size, write, type, attachType } = access;
  const by = write ? field.writeBy : field.readBy;
  if (by && !by.includes(type)) return false;
  if (field.attachTypes && (attachType === undefined || !field.attachTypes.includes(attachType))) return false;
  if (!write && field.readWide === size && offset === field.offset) return true;
  if (field.fromStart && offset !== field.offset) return false;
  const sizes = write ? field.writeSizes : field.readSizes;
  return (
    sizes.includes(size) && offset % size === 0 && offset >= field.offset && offset + size <= field.offset + field.size
  );
}

/** Shorthand for rows: 32-bit scalar, readable narrowly. */
export function narrow(name: string, offset: number, more: Partial<ContextField> = {}): ContextField {
  return { name, offset, size: 4, kind: 'scalar', readSizes: [1, 2, 4], writeSizes: [], ...more };
}

/** Shorthand for rows: 32-bit scalar, of which narrow reads see the low bytes only. */
export function low(name: string, offset: number, more: Partial<ContextField> = {}): ContextField {
  return narrow(name, offset, { fromStart: true, ...more });
}

/** Shorthand for rows: 32-bit scalar or array of them, readable as whole words only. */
export function words(name: string, offset: number, count = 1, more: Partial<ContextField> = {}): ContextField {
  return { name, offset, size: 4 * count, kind: 'scalar', readSizes: [4], writeSizes: [], ...more };
}

/** Shorthand for rows: 64 bits, read whole. */
export function quad(
  name: string,
  offset: number,
  kind: ContextFieldKind = 'scalar',
  more: Partial<ContextField> = {},
): ContextField {
  return { name, offset, size: 8, kind, readSizes: [8], writeSizes: [], ...more };
}
