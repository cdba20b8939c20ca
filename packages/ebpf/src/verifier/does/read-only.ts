import { BPF_F_RDONLY_PROG } from '../../abi/map-types.ts';
import { isConstant } from '../domain/bounds.ts';
import type { Value } from '../state/value.ts';

/**
 * The number at `off` from a pointer into a map that nobody can write any more, or undefined. This is how load-time
 * constants decide branches.
 *
 * Kernel: kernel/bpf/verifier.c bpf_map_is_rdonly(), bpf_map_direct_read().
 */
export function readOnlyConstant(base: Value, off: number, size: number, signed: boolean): bigint | undefined {
  const map = base.map!;
  const constant = map.frozen === true && (map.flags & BPF_F_RDONLY_PROG) !== 0;
  if (!constant || !map.initial || map.type !== 'array' || map.maxEntries !== 1) return undefined;
  if (!isConstant(base.bounds)) return undefined;
  const at = off + Number(BigInt.asIntN(64, base.bounds.bits.value));
  const bytes = map.initial.subarray(at, at + size);
  if (bytes.length !== size) return undefined;
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return signed ? BigInt.asIntN(size * 8, value) : value;
}
