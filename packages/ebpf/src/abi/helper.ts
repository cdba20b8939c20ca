import type { ProgramType } from '../spec.ts';

/**
 * What a helper takes in one argument register.
 *
 * Memory comes in pairs: a `mem-*` argument is followed by the `size` that bounds it. `write` memory need not be
 * initialised and is afterwards; `update` memory must be.
 */
export type HelperArg =
  | 'ctx'
  | 'ctx-or-null'
  | 'map'
  | 'map-key'
  | 'map-value'
  | 'mem-read'
  | 'mem-read-or-null'
  | 'mem-write'
  | 'mem-update'
  /** Bytes of the memory before it; at least 1. */
  | 'size'
  | 'size-or-zero'
  /** A constant: bytes of the memory that the helper returns. */
  | 'alloc-size'
  /** Memory that a helper returned; given back by this call. */
  | 'alloc-mem'
  /** Any scalar, of which the low 32 bits count. */
  | 'u32'
  /** Any scalar. */
  | 'u64'
  /** Any value, read as an address that need not be valid. */
  | 'address'
  /** Pointer to 4 initialised, aligned bytes, read and written. */
  | 'u32-update'
  /** Pointer to 8 aligned bytes, written. */
  | 'u64-write'
  /** A referenced socket, released by this call. */
  | 'sock-release'
  | 'sock-common'
  | 'socket-or-null'
  /** A function of this program. */
  | 'callback'
  /** Pointer to stack, or NULL: handed to the callback. */
  | 'callback-ctx';

/** How r0 is set. `int` is sign-extended from 32 bits, `u32` zero-extended. */
export type HelperReturn =
  | 'int'
  | 'u32'
  | 'u64'
  | 'void'
  | 'map-value-or-null'
  | 'alloc-mem-or-null'
  | 'socket-or-null'
  | 'sock-common-or-null';

export interface HelperRow {
  /** BPF_FUNC_* */
  readonly id: number;
  /** Without `bpf_`. */
  readonly name: string;
  readonly args: readonly HelperArg[];
  /** Further 64-bit registers handed on without being checked (bpf_trace_printk's values). */
  readonly variadic?: number;
  readonly returns: HelperReturn;
  readonly gplOnly: boolean;
  /** Program types that may call it; `all`: every type. As observed on Linux 6.18. */
  readonly types: readonly ProgramType[] | 'all';
  /** Afterwards all packet pointers are stale. */
  readonly changesPacketData: boolean;
  /** `mem-read` and `map-key`/`map-value` arguments may point into the packet. */
  readonly packetAccess: boolean;
  /** Who implements it: the Vm itself, or the kernel around it. */
  readonly by: 'vm' | 'kernel';
}

/** Shorthand for table rows. */
export function helper(
  id: number,
  name: string,
  by: HelperRow['by'],
  types: HelperRow['types'],
  returns: HelperReturn,
  args: readonly HelperArg[],
  more: Partial<Pick<HelperRow, 'gplOnly' | 'changesPacketData' | 'packetAccess' | 'variadic'>> = {},
): HelperRow {
  return { id, name, by, types, returns, args, gplOnly: false, changesPacketData: false, packetAccess: false, ...more };
}

/** Numbers an argument takes in a `Helper`'s parameter list: a 64-bit scalar is two, low half first. */
export function argWidth(arg: HelperArg): 1 | 2 {
  return arg === 'u64' ? 2 : 1;
}
