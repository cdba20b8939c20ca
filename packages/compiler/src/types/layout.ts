import { alignOf, type Field, type StoredType, type StructType, sizeOf } from './type.ts';

/**
 * Lays fields out as C does: in order, each at the next multiple of its alignment, the whole rounded up to the largest.
 * Packed structs have no gaps and alignment 1.
 */
export function layOut(
  name: string,
  fields: readonly { readonly name: string; readonly type: StoredType }[],
  packed: boolean,
): StructType {
  const placed: Field[] = [];
  let end = 0;
  let align = 1;
  let padding: StructType['padding'];
  for (const { name: field, type } of fields) {
    const fieldAlign = packed ? 1 : alignOf(type);
    const offset = Math.ceil(end / fieldAlign) * fieldAlign;
    if (offset > end) padding ??= { after: placed.at(-1)?.name ?? '', bytes: offset - end };
    placed.push({ name: field, type, offset });
    end = offset + sizeOf(type);
    align = Math.max(align, fieldAlign);
  }
  const size = Math.ceil(end / align) * align;
  if (size > end) padding ??= { after: placed.at(-1)?.name ?? '', bytes: size - end };
  return { kind: 'struct', name, fields: placed, size, align, ...(padding ? { padding } : {}) };
}

/** The first gap in a type or in what it holds, with the struct it is in. */
export function paddingIn(
  type: StoredType,
): { readonly struct: string; readonly after: string; readonly bytes: number } | undefined {
  if (type.kind === 'int') return undefined;
  if (type.kind === 'array') return paddingIn(type.element);
  if (type.padding) return { struct: type.name, ...type.padding };
  for (const field of type.fields) {
    const found = paddingIn(field.type);
    if (found) return found;
  }
  return undefined;
}
