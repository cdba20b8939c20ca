import { MAX_BPF_STACK, MAX_CALL_FRAMES, TAIL_CALL_STACK_MAX } from '../limits.ts';
import type { CodeSlots, Refusal } from '../program.ts';
import type { FunctionRange, Functions } from './functions.ts';

/**
 * Checks that along every chain of calls the frames together fit the stack, that no chain is too long (recursion
 * never ends), and that little stack is in use where a function makes a tail call.
 *
 * @param used bytes of stack that exploration saw each function use
 * Kernel: kernel/bpf/verifier.c check_max_stack_depth(), with a JIT.
 */
export function checkStackDepth(code: CodeSlots, functions: Functions, used: readonly number[]): Refusal | undefined {
  const calls = functions.ranges.map((range) => callsOf(code, functions, range));
  const seen = new Set<string>();
  const visit = (index: number, frames: number, before: number): Refusal | undefined => {
    const key = `${index} ${frames} ${before}`;
    if (seen.has(key)) return undefined;
    seen.add(key);
    const range = functions.ranges[index]!;
    const slot = range.start;
    if (index > 0 && range.hasTailCall && before >= TAIL_CALL_STACK_MAX) {
      const words = `tail_calls are not allowed when call stack of previous frames is ${before} bytes. Too large`;
      return { slot, message: words };
    }
    const depth = before + Math.ceil((used[index] ?? 0) / 16) * 16;
    if (depth > MAX_BPF_STACK) {
      return { slot, message: `combined stack size of ${frames} calls is ${depth}. Too large` };
    }
    for (const callee of calls[index]!) {
      if (frames + 1 > MAX_CALL_FRAMES) return { slot, message: `the call stack of ${frames} frames is too deep !` };
      const refusal = visit(callee, frames + 1, depth);
      if (refusal) return refusal;
    }
    return undefined;
  };
  return visit(0, 1, 0);
}

/** Functions that `range` calls, each once. */
function callsOf(code: CodeSlots, functions: Functions, range: FunctionRange): readonly number[] {
  const callees = new Set<number>();
  for (let slot = range.start; slot < range.end; slot++) {
    const form = code.forms[slot];
    if (form?.kind === 'call' && form.target === 'local') {
      callees.add(functions.ofSlot[slot + 1 + code.instructions[slot]!.imm]!);
    }
  }
  return [...callees];
}
