import type { MapSpec } from '../spec.ts';

/**
 * A map in the arena. The first group of methods is what programs (through helpers) use, on addresses; the second is
 * the bpf system call's view, on bytes. Errors are negative errno numbers in the first, EngineError-free error codes in
 * the second (see MapError).
 */
export interface BpfMap {
  /** What a program holds as "pointer to map": a small number, never 0. */
  readonly id: number;
  readonly spec: MapSpec;

  /** bpf_map_lookup_elem: address of the value, or 0. For a per-CPU map, that of the current CPU. */
  lookup(key: number): number;
  /** bpf_map_update_elem: 0, or -errno (E2BIG 7, EEXIST 17, ENOENT 2, EINVAL 22, ENOMEM 12). */
  update(key: number, value: number, flags: number): number;
  /** bpf_map_delete_elem: 0 or -errno. */
  remove(key: number): number;

  /** BPF_MAP_LOOKUP_ELEM: a copy; for a per-CPU map every CPU's value, each padded to 8 bytes. */
  get(key: Uint8Array): Uint8Array | undefined;
  /** BPF_MAP_UPDATE_ELEM: 0 or -errno. */
  set(key: Uint8Array, value: Uint8Array, flags?: number): number;
  /** BPF_MAP_DELETE_ELEM: 0 or -errno. */
  delete(key: Uint8Array): number;
  /** All entries, in the map's own order; entries that come or go meanwhile may or may not be seen. */
  entries(): IterableIterator<readonly [Uint8Array, Uint8Array]>;
}
