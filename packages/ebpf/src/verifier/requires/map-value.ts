import { BPF_F_RDONLY_PROG, BPF_F_WRONLY_PROG } from '../../abi/map-types.ts';
import { type Access, requireInside } from './bounds.ts';

/**
 * An access lies in the map's value, and the map allows programs to read or write.
 * Kernel: kernel/bpf/verifier.c check_map_access_type(), check_map_access().
 */
export function requireMapValue(access: Access): string | undefined {
  const { pointer, off, size, write } = access;
  const { valueSize, flags } = pointer.map!;
  const place = `value_size=${valueSize} off=${off} size=${size}`;
  if (write && flags & BPF_F_RDONLY_PROG) return `write into map forbidden, ${place}`;
  if (!write && flags & BPF_F_WRONLY_PROG) return `read from map forbidden, ${place}`;
  return requireInside(
    access,
    valueSize,
    (at) => `invalid access to map value, value_size=${valueSize} off=${at} size=${size}`,
  );
}
