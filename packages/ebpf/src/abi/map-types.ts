import type { MapType } from '../spec.ts';

export interface MapTypeRow {
  readonly type: MapType;
  /** BPF_MAP_TYPE_* */
  readonly id: number;
  /** One value for each CPU. */
  readonly perCpu: boolean;
  /** A program may look values up and hold a pointer to one. */
  readonly valueAccess: boolean;
  /** Names of the helpers that take this map, where not just any map helper does (Linux refuses the others). */
  readonly onlyHelpers?: readonly string[];
  /** Bytes a key must have; absent: the creator decides. */
  readonly keySize?: number;
  /** The Vm implements it; `inert` ones hold values that the kernel around gives a meaning. */
  readonly implemented: 'full' | 'inert' | 'no';
}

/**
 * Map types by UAPI number.
 *
 * Kernel: include/uapi/linux/bpf.h enum bpf_map_type; which helper takes which map: kernel/bpf/verifier.c
 * check_map_func_compatibility().
 */
export const MAP_TYPES: readonly MapTypeRow[] = [
  { type: 'hash', id: 1, perCpu: false, valueAccess: true, implemented: 'full' },
  { type: 'array', id: 2, perCpu: false, valueAccess: true, keySize: 4, implemented: 'full' },
  {
    type: 'prog_array',
    id: 3,
    perCpu: false,
    valueAccess: false,
    keySize: 4,
    onlyHelpers: ['tail_call'],
    implemented: 'full',
  },
  {
    type: 'perf_event_array',
    id: 4,
    perCpu: false,
    valueAccess: false,
    keySize: 4,
    onlyHelpers: ['perf_event_output', 'perf_event_read', 'perf_event_read_value', 'skb_output', 'xdp_output'],
    implemented: 'full',
  },
  { type: 'percpu_hash', id: 5, perCpu: true, valueAccess: true, implemented: 'full' },
  { type: 'percpu_array', id: 6, perCpu: true, valueAccess: true, keySize: 4, implemented: 'full' },
  { type: 'lru_hash', id: 9, perCpu: false, valueAccess: true, implemented: 'full' },
  { type: 'lru_percpu_hash', id: 10, perCpu: true, valueAccess: true, implemented: 'full' },
  { type: 'lpm_trie', id: 11, perCpu: false, valueAccess: true, implemented: 'full' },
  {
    type: 'array_of_maps',
    id: 12,
    perCpu: false,
    valueAccess: false,
    keySize: 4,
    onlyHelpers: ['map_lookup_elem'],
    implemented: 'no',
  },
  {
    type: 'hash_of_maps',
    id: 13,
    perCpu: false,
    valueAccess: false,
    onlyHelpers: ['map_lookup_elem'],
    implemented: 'no',
  },
  {
    type: 'devmap',
    id: 14,
    perCpu: false,
    valueAccess: true,
    keySize: 4,
    onlyHelpers: ['redirect_map', 'map_lookup_elem'],
    implemented: 'inert',
  },
  {
    type: 'sockmap',
    id: 15,
    perCpu: false,
    valueAccess: false,
    keySize: 4,
    onlyHelpers: ['sk_redirect_map', 'sock_map_update', 'msg_redirect_map', 'map_lookup_elem'],
    implemented: 'no',
  },
  {
    type: 'cpumap',
    id: 16,
    perCpu: false,
    valueAccess: false,
    keySize: 4,
    onlyHelpers: ['redirect_map'],
    implemented: 'inert',
  },
  {
    type: 'xskmap',
    id: 17,
    perCpu: false,
    valueAccess: false,
    keySize: 4,
    onlyHelpers: ['redirect_map', 'map_lookup_elem'],
    implemented: 'no',
  },
  {
    type: 'sockhash',
    id: 18,
    perCpu: false,
    valueAccess: false,
    onlyHelpers: ['sk_redirect_hash', 'sock_hash_update', 'msg_redirect_hash', 'map_lookup_elem'],
    implemented: 'no',
  },
  {
    type: 'devmap_hash',
    id: 25,
    perCpu: false,
    valueAccess: true,
    keySize: 4,
    onlyHelpers: ['redirect_map', 'map_lookup_elem'],
    implemented: 'inert',
  },
  {
    type: 'ringbuf',
    id: 27,
    perCpu: false,
    valueAccess: false,
    keySize: 0,
    onlyHelpers: ['ringbuf_output', 'ringbuf_reserve', 'ringbuf_query'],
    implemented: 'full',
  },
];

const byType = new Map(MAP_TYPES.map((row) => [row.type, row]));
const byId = new Map(MAP_TYPES.map((row) => [row.id, row]));

export function mapTypeRow(type: MapType): MapTypeRow {
  return byType.get(type)!;
}

/** By BPF_MAP_TYPE_* number; undefined for one Sluice does not know. */
export function mapTypeById(id: number): MapTypeRow | undefined {
  return byId.get(id);
}

/** Map creation flags. Kernel: include/uapi/linux/bpf.h. */
export const BPF_F_NO_PREALLOC = 1 << 0;
export const BPF_F_NO_COMMON_LRU = 1 << 1;
export const BPF_F_RDONLY = 1 << 3;
export const BPF_F_WRONLY = 1 << 4;
export const BPF_F_RDONLY_PROG = 1 << 7;
export const BPF_F_WRONLY_PROG = 1 << 8;
export const BPF_F_MMAPABLE = 1 << 10;

/** Flags of an update. */
export const BPF_ANY = 0;
export const BPF_NOEXIST = 1;
export const BPF_EXIST = 2;
