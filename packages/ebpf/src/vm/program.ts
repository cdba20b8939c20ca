import type { Arena } from '../memory/arena.ts';

/**
 * A program ready to run: interpreted or compiled to WebAssembly, the same from outside.
 */
export interface Program {
  readonly name: string;
  /** Slot in the Vm's program table: what a program array holds. */
  readonly id: number;
  /**
   * Runs the program with `ctx` (an address in the arena) in r1 and returns the low 32 bits of r0, unsigned.
   * Never throws for a verified program; an unverified one may throw a BpfTrap.
   */
  run(ctx: number): number;
}

/**
 * A helper as a kernel supplies it. Arguments arrive as the helper table's signature says: a pointer, a map or a 32-bit
 * scalar is one number (unsigned address, map id, or signed 32 bits), a 64-bit scalar is two (low, high, both signed 32).
 * Result: `int` helpers return a signed 32-bit number (sign-extended to r0), `ptr` helpers an address or 0, `u64` helpers
 * return the low half and set `vm.resultHigh`, `void` helpers nothing of meaning.
 */
export type Helper = (...args: number[]) => number;

/**
 * What a Vm needs of the kernel around it. Helpers about maps, tail calls, ring buffers and plain arithmetic are the
 * Vm's own; those about packets, sockets, routing and time come from the kernel by helper id. The kernel knows which
 * packet a program is running on: it set up the context.
 */
export interface VmOptions {
  readonly arena: Arena;
  /** Number of CPUs, for per-CPU maps. */
  readonly cpus: number;
  /** Helper id → implementation. Loading a program that calls one not present is refused by name. */
  readonly helpers: ReadonlyMap<number, Helper>;
  /** bpf_ktime_get_ns: nanoseconds. */
  readonly now: () => bigint;
  /** bpf_get_prandom_u32. */
  readonly random: () => number;
  /** bpf_get_smp_processor_id. */
  readonly currentCpu: () => number;
  /** Takes what programs print with bpf_trace_printk; absent: nobody reads it. */
  readonly trace?: (text: string) => void;
}
