import { BPF_F_NO_PREALLOC, mapTypeRow } from '../abi/map-types.ts';
import type { MapSpec } from '../spec.ts';

/** Why a map cannot be made; `errno` is the name Linux would answer with. */
export interface MapProblem {
  readonly errno: 'EINVAL' | 'E2BIG' | 'ENOTSUPP';
  readonly message: string;
}

const PAGE_BYTES = 4096;
const PERCPU_VALUE_BYTES_MAX = 32768;
const LPM_DATA_BYTES_MAX = 256;
const STACK_BYTES_MAX = 512;

/** What BPF_MAP_CREATE would refuse, or undefined. Kernel: the `map_alloc_check` of each map type. */
export function checkMapSpec(spec: MapSpec): MapProblem | undefined {
  const row = mapTypeRow(spec.type);
  const invalid = (message: string): MapProblem => ({ errno: 'EINVAL', message: `map ${spec.name}: ${message}` });
  if (row.implemented === 'no')
    return { errno: 'ENOTSUPP', message: `map ${spec.name}: type ${spec.type} is not supported yet` };
  if (row.keySize !== undefined && spec.keySize !== row.keySize) {
    return invalid(`a ${spec.type} map has keys of ${row.keySize} bytes, not ${spec.keySize}`);
  }
  if (spec.type === 'ringbuf') {
    if (spec.valueSize !== 0) return invalid('a ring buffer has no value size');
    const pages = spec.maxEntries / PAGE_BYTES;
    if (pages < 1 || (spec.maxEntries & (spec.maxEntries - 1)) !== 0) {
      return invalid(`a ring buffer's size is a power of two of at least ${PAGE_BYTES} bytes, not ${spec.maxEntries}`);
    }
    return undefined;
  }
  if (spec.type === 'perf_event_array') return undefined;
  if (spec.maxEntries <= 0) return invalid('max_entries must be above 0');
  if (spec.keySize <= 0 || spec.valueSize <= 0) return invalid('key and value size must be above 0');
  if (spec.type.includes('hash') && spec.keySize > STACK_BYTES_MAX) {
    return { errno: 'E2BIG', message: `map ${spec.name}: keys of ${spec.keySize} bytes do not fit a BPF stack` };
  }
  if (row.perCpu && spec.valueSize > PERCPU_VALUE_BYTES_MAX) {
    return { errno: 'E2BIG', message: `map ${spec.name}: per-CPU values have at most ${PERCPU_VALUE_BYTES_MAX} bytes` };
  }
  if (spec.type === 'lpm_trie') {
    if ((spec.flags & BPF_F_NO_PREALLOC) === 0) return invalid('an lpm_trie needs BPF_F_NO_PREALLOC');
    if (spec.keySize < 5 || spec.keySize > 4 + LPM_DATA_BYTES_MAX) {
      return invalid(
        `an lpm_trie's key is 4 bytes of length and 1 to ${LPM_DATA_BYTES_MAX} of data, not ${spec.keySize} in all`,
      );
    }
  }
  if (spec.type.startsWith('lru_') && (spec.flags & BPF_F_NO_PREALLOC) !== 0) {
    return invalid('an LRU map cannot have BPF_F_NO_PREALLOC');
  }
  return undefined;
}
