import type { MapSpec, ObjectSpec } from '@sluice/ebpf';

/**
 * The BPF half of the contract: what `bpf(2)` offers, in both kernels. Calls are synchronous: on Linux each is one
 * system call that does not sleep for long, and a promise per map update would cost more than the update.
 *
 * All failures of the environment throw EngineError.
 */
export interface BpfKernel {
  readonly kind: 'model' | 'linux';
  /** BPF_MAP_CREATE. */
  createMap(spec: MapSpec): MapHandle;
  /**
   * Creates an object's maps, relocates and verifies its programs (EngineError with the verifier's log where refused).
   * `shared` maps are used in place of the object's own of the same name; `constants` are written into `.rodata`.
   */
  loadObject(object: ObjectSpec, options?: LoadOptions): LoadedObject;
}

export interface LoadOptions {
  readonly shared?: ReadonlyMap<string, MapHandle>;
  /** Load-time constants by name; integers up to 64 bits. */
  readonly constants?: Readonly<Record<string, number | bigint>>;
  /** Load only these programs (default: all). */
  readonly programs?: readonly string[];
  /**
   * The caller vouches that `verifyProgram` has accepted these programs with the constants unknown, as the build does
   * for the datapath: the model need not do it again for every node. Linux verifies all the same.
   */
  readonly verified?: boolean;
}

export interface LoadedObject {
  readonly maps: ReadonlyMap<string, MapHandle>;
  readonly programs: ReadonlyMap<string, ProgramHandle>;
  /** Frees programs and the maps it created itself. */
  close(): void;
}

/**
 * A map as user space sees it. Keys and values are raw bytes in the map's own layout; a per-CPU map's value is one
 * value per possible CPU, each rounded up to 8 bytes, as in the bpf system call.
 */
export interface MapHandle {
  readonly spec: MapSpec;
  get(key: Uint8Array): Uint8Array | undefined;
  /** `flags`: BPF_ANY 0, BPF_NOEXIST 1, BPF_EXIST 2. */
  set(key: Uint8Array, value: Uint8Array, flags?: number): void;
  /** As `set` for each entry, in as few system calls as the kernel allows; stops at the first that is refused. */
  setMany(entries: readonly (readonly [Uint8Array, Uint8Array])[]): void;
  /** Returns false where the key was absent. */
  delete(key: Uint8Array): boolean;
  entries(): Iterable<readonly [Uint8Array, Uint8Array]>;
  /** For a program array: put a program into a slot. */
  setProgram(index: number, program: ProgramHandle): void;
  /** For a ring buffer: hands every record waiting to `onRecord`; returns their number. */
  drain(onRecord: (record: Uint8Array) => void): number;
  close(): void;
}

export interface ProgramHandle {
  readonly name: string;
  /** As in the object's section: `xdp`, `tc`, `cgroup/connect4`, … */
  readonly section: string;
  /** The verifier's log, where one was asked for or given. */
  readonly log?: string;
  /** BPF_PROG_TEST_RUN. */
  testRun(input: TestRunInput): TestRunResult;
  close(): void;
}

export interface TestRunInput {
  /** The frame; for types without packets, empty. */
  readonly data: Uint8Array;
  /** The context struct as in UAPI (`__sk_buff`, `xdp_md`), where the type takes one. */
  readonly context?: Uint8Array;
  readonly repeat?: number;
}

export interface TestRunResult {
  /** r0, 32 bits unsigned. */
  readonly returnValue: number;
  readonly data: Uint8Array;
  readonly context?: Uint8Array;
  /** Mean duration of one run in nanoseconds, by the engine's own measure; absent in the model. */
  readonly durationNs?: number;
}
