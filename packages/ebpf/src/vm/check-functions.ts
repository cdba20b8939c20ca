import { MAX_CALL_FRAMES } from './limits.ts';
import type { LinkedCode } from './link.ts';

export interface FunctionProblem {
  readonly code: 'L002' | 'L003' | 'L006';
  readonly index: number;
  readonly message: string;
}

/**
 * Functions must be closed (no jump into another, none runs off its end) and calls must nest no deeper than eight; else
 * what is wrong. Kernel: kernel/bpf/verifier.c check_subprogs(), check_max_stack_depth().
 */
export function checkFunctions(linked: LinkedCode): FunctionProblem | undefined {
  const { functions, forms, targets, instructions } = linked;
  const callees: Set<number>[] = [];
  for (const [number, from] of functions.entries()) {
    const to = functions[number + 1] ?? instructions.length;
    const last = forms[to - 1]!.kind;
    if (last !== 'exit' && last !== 'ja')
      return { code: 'L003', index: to - 1, message: 'last insn is not an exit or jmp' };
    const called = new Set<number>();
    for (let i = from; i < to; i++) {
      const kind = forms[i]!.kind;
      const target = targets[i]!;
      if (target < 0) continue;
      if (kind === 'call' || kind === 'lddw') called.add(functions.indexOf(target));
      else if (target < from || target >= to)
        return { code: 'L002', index: i, message: 'jump out of range: into another function' };
    }
    callees.push(called);
  }
  return checkDepth(linked, callees);
}

function checkDepth({ functions }: LinkedCode, callees: readonly Set<number>[]): FunctionProblem | undefined {
  const depths = new Map<number, number>();
  /** Nested functions from this one on, itself included; infinite where it calls itself. */
  const depth = (number: number, above: readonly number[]): number => {
    const known = depths.get(number);
    if (known !== undefined) return known;
    if (above.includes(number)) return Number.POSITIVE_INFINITY;
    const deepest = Math.max(0, ...[...callees[number]!].map((callee) => depth(callee, [...above, number])));
    depths.set(number, deepest + 1);
    return deepest + 1;
  };
  const frames = depth(0, []);
  if (frames <= MAX_CALL_FRAMES) return undefined;
  const text =
    frames === Number.POSITIVE_INFINITY ? 'a function calls itself' : `the call stack of ${frames} frames is too deep`;
  return { code: 'L006', index: functions[0]!, message: text };
}
