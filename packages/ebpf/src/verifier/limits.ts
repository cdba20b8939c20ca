/*
 * Limits, with the kernel's names. Kernel: include/linux/bpf_verifier.h, kernel/bpf/verifier.c.
 */

/** Instructions looked at, over all paths. */
export const BPF_COMPLEXITY_LIMIT_INSNS = 1_000_000;
/** Branches waiting to be looked at. */
export const BPF_COMPLEXITY_LIMIT_JMP_SEQ = 8192;
/** Bytes of stack of one function, and of a chain of calls together. */
export const MAX_BPF_STACK = 512;
/** Functions that may be on the way at a time. */
export const MAX_CALL_FRAMES = 8;
export const BPF_MAX_SUBPROGS = 256;
/** Maps one program may refer to. */
export const MAX_USED_MAPS = 64;
/** Bound of a pointer's variable offset. */
export const BPF_MAX_VAR_OFF = 1 << 29;
/** Bound of a memory size given to a helper. */
export const BPF_MAX_VAR_SIZ = 1 << 29;
/** No access lies further in a packet. */
export const MAX_PACKET_OFF = 0xffff;
/** Bytes that callers' frames may hold where a function makes a tail call. */
export const TAIL_CALL_STACK_MAX = 256;
/** Registers that follow another's value through a branch. */
export const LINKED_REGS_MAX = 6;
/** Bytes of a tracepoint's context. */
export const PERF_MAX_TRACE_SIZE = 8192;
/** Arguments of a raw tracepoint. */
export const MAX_BPF_FUNC_ARGS = 12;
