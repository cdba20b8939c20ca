/** Bytes of one function's stack. Kernel: MAX_BPF_STACK. */
export const MAX_BPF_STACK = 512;
/** Nested functions, the program itself among them. Kernel: MAX_CALL_FRAMES. */
export const MAX_CALL_FRAMES = 8;
/** Tail calls in one run. Kernel: MAX_TAIL_CALL_CNT. */
export const MAX_TAIL_CALL_CNT = 33;
/** Programs that may run inside helpers of other programs at one time. Ours. */
export const NESTED_RUNS_MAX = 16;
/** Instructions of an unverified program's run, unless told otherwise. As many as Linux's verifier looks at. */
export const BUDGET_DEFAULT = 1_000_000;
