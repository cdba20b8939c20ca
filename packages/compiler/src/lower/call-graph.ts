import { STACK_MAX } from '../codegen/index.ts';
import type { Unit } from './unit.ts';

/** Kernel: include/linux/bpf_verifier.h MAX_CALL_FRAMES. */
const FRAMES_MAX = 8;
/** Kernel: kernel/bpf/verifier.c check_max_stack_depth_subprog() rounds each function's stack up to this. */
const FRAME_UNIT = 32;

/** Refuses functions that call themselves over others, and calls nested too deeply. */
export function checkCalls(unit: Unit): void {
  const path: string[] = [];
  const done = new Map<string, number>();
  /** How many functions are in progress at once below this one, itself included. */
  const depth = (name: string): number => {
    const known = done.get(name);
    if (known !== undefined) return known;
    const lowered = unit.functions.get(name);
    if (!lowered) return 0;
    if (path.includes(name)) {
      const circle = [...path.slice(path.indexOf(name)), name].join(' → ');
      unit.problems.push({
        code: 'S013',
        severity: 'error',
        ...lowered.ir.span,
        message: `These functions call each other in a circle, which BPF cannot do: ${circle}.`,
      });
      return 0;
    }
    path.push(name);
    const result = 1 + Math.max(0, ...[...lowered.callees].map(depth));
    path.pop();
    done.set(name, result);
    return result;
  };
  for (const program of unit.programs) {
    const frames = depth(program.name);
    if (frames <= FRAMES_MAX) continue;
    const message = `${program.name} calls functions ${frames} deep; BPF allows ${FRAMES_MAX}.`;
    unit.problems.push({
      code: 'S015',
      severity: 'error',
      ...program.span,
      message,
      remedy: 'Mark some of them @inline.',
    });
  }
}

/** Refuses a program whose functions, one calling the other, take more stack together than there is. */
export function checkStack(unit: Unit, stackOf: (name: string) => number): void {
  const total = (name: string): number => {
    const own = Math.ceil(Math.max(stackOf(name), 1) / FRAME_UNIT) * FRAME_UNIT;
    return own + Math.max(0, ...[...(unit.functions.get(name)?.callees ?? [])].map(total));
  };
  for (const program of unit.programs) {
    const bytes = total(program.name);
    if (bytes <= STACK_MAX) continue;
    const message = `${program.name} and the functions it calls need ${bytes} bytes of stack; there are ${STACK_MAX}.`;
    const remedy = 'Keep large structs in a per-CPU array map, or pass the one that there is already.';
    unit.problems.push({ code: 'S015', severity: 'error', ...program.span, message, remedy });
  }
}
