/**
 * The Spec: what an object file says, as pure data. Same bytes, same Spec; nothing here needs a kernel.
 *
 * ELF → `readObject` → ObjectSpec → (a kernel) maps and programs.
 */

/** UAPI spelling without the prefix, lower case: `hash` is BPF_MAP_TYPE_HASH. The table is `abi/map-types.ts`. */
export type MapType =
  | 'hash'
  | 'array'
  | 'prog_array'
  | 'perf_event_array'
  | 'percpu_hash'
  | 'percpu_array'
  | 'lru_hash'
  | 'lru_percpu_hash'
  | 'lpm_trie'
  | 'array_of_maps'
  | 'hash_of_maps'
  | 'devmap'
  | 'sockmap'
  | 'cpumap'
  | 'xskmap'
  | 'sockhash'
  | 'devmap_hash'
  | 'ringbuf';

/** UAPI spelling without the prefix, lower case: `sched_cls` is BPF_PROG_TYPE_SCHED_CLS. Table: `abi/program-types.ts`. */
export type ProgramType =
  | 'socket_filter'
  | 'sched_cls'
  | 'xdp'
  | 'cgroup_skb'
  | 'cgroup_sock'
  | 'cgroup_sock_addr'
  | 'sock_ops'
  | 'sk_skb'
  | 'sk_msg'
  | 'tracepoint'
  | 'raw_tracepoint'
  | 'tracing'
  | 'sk_lookup'
  | 'flow_dissector'
  | 'netfilter';

export interface MapSpec {
  readonly name: string;
  readonly type: MapType;
  /** Bytes; 0 for a ring buffer. */
  readonly keySize: number;
  readonly valueSize: number;
  /** For a ring buffer: its size in bytes, a power of two times the page size. */
  readonly maxEntries: number;
  /** BPF_F_* */
  readonly flags: number;
  /** LIBBPF_PIN_BY_NAME is 1. */
  readonly pinning?: number;
  /** BTF type ids of key and value in the object's BTF. */
  readonly keyTypeId?: number;
  readonly valueTypeId?: number;
  /** Contents at load: a data section (`.rodata`, `.data`, `.bss`) is an array map of one such value. */
  readonly initial?: Uint8Array;
  /** BPF_MAP_FREEZE after filling: `.rodata`. */
  readonly frozen?: boolean;
}

/** A reference that loading resolves. `slot` counts 8-byte instruction slots from the program's start. */
export type Relocation =
  /** LDDW takes the map's own pointer. */
  | { readonly kind: 'map'; readonly slot: number; readonly map: string }
  /** LDDW takes the address of byte `offset` in the map's single value (a variable in a data section). */
  | { readonly kind: 'map-value'; readonly slot: number; readonly map: string; readonly offset: number };

/** A place in a source file, for a verifier's or a debugger's message. Lines and columns count from 1. */
export interface LineInfo {
  readonly slot: number;
  readonly file: string;
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export interface ProgramSpec {
  readonly name: string;
  /** As libbpf reads it: `xdp`, `tc`, `cgroup/connect4`. */
  readonly section: string;
  readonly type: ProgramType;
  /** BPF_* attach type number, where the section implies one. */
  readonly attachType?: number;
  /** Machine code, little endian; functions it calls are appended, calls between them already resolved. */
  readonly code: Uint8Array;
  /** First slot of each function in `code` and its name; the program itself is at 0. */
  readonly functions: readonly { readonly slot: number; readonly name: string; readonly typeId: number }[];
  readonly relocations: readonly Relocation[];
  readonly lines: readonly LineInfo[];
}

/** A load-time constant: its place in `.rodata`. */
export interface ConstantSpec {
  readonly name: string;
  readonly map: string;
  readonly offset: number;
  readonly size: number;
}

export interface ObjectSpec {
  readonly license: string;
  readonly maps: readonly MapSpec[];
  readonly programs: readonly ProgramSpec[];
  readonly constants: readonly ConstantSpec[];
  /** The `.BTF` section's bytes, where there is one. */
  readonly btf?: Uint8Array;
}
