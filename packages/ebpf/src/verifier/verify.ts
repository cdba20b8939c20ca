import type { LineInfo } from '../spec.ts';
import { explore, type Observer } from './explore/explore.ts';
import { PathLog } from './log/path-log.ts';
import { Machine, type VerifierOptions } from './machine.ts';
import { isRefusal, type Program, prepareProgram, type Refusal, type VerifierInput } from './program.ts';
import { requireAttachType, requireMaps } from './requires/load.ts';
import { sourceLine } from './source-line.ts';
import { State } from './state/state.ts';
import { pointer } from './state/value.ts';
import { checkControlFlow } from './structure/control-flow.ts';
import { findFunctions } from './structure/functions.ts';
import { liveRegisters } from './structure/live-registers.ts';
import { checkStackDepth } from './structure/stack-depth.ts';

/** What is known of a program that passed. */
export interface VerifierFacts {
  /** Instructions looked at, over all paths. */
  readonly instructions: number;
  /** States kept in all, and most at a time. */
  readonly statesTotal: number;
  readonly statesPeak: number;
  /** Bytes of stack each function uses. */
  readonly stackBytes: readonly number[];
  /** First slots of instructions that no path executes: dead by constants known at load. */
  readonly deadSlots: readonly number[];
}

export type VerifierVerdict =
  | { readonly ok: true; readonly facts: VerifierFacts }
  | {
      readonly ok: false;
      /** The kernel's words. */
      readonly message: string;
      /** The instruction that is refused. */
      readonly slot: number;
      /** Where it stands in the source, if the program says so. */
      readonly line: LineInfo | undefined;
      /** The path that leads there, instruction by instruction with what is known before each. */
      readonly log: string;
    };

/**
 * Decides whether Linux would run the program: every access in bounds, every register read written, every loop ending,
 * everything borrowed given back, on every path. Sound first: what it accepts Linux 6.18 accepts from a privileged
 * user; it refuses some programs that Linux accepts (those with typed kernel pointers, kfuncs, iterators, dynptrs,
 * callbacks, spin locks, global functions).
 *
 * Kernel: kernel/bpf/verifier.c bpf_check().
 */
export function verify(input: VerifierInput, options: VerifierOptions = {}): VerifierVerdict {
  const result = run(input, options);
  if (!isRefusal(result)) return { ok: true, facts: result };
  return refused(input, options, result);
}

/** The log is made when asked for: by verifying once more, in the same way, and writing down how. */
function refused(input: VerifierInput, options: VerifierOptions, refusal: Refusal): VerifierVerdict {
  const { slot, message } = refusal;
  let text: string | undefined;
  return {
    ok: false,
    message,
    slot,
    line: sourceLine(input, slot),
    get log() {
      if (text === undefined) {
        const log = new PathLog(input, refusal.instructions ?? 0);
        run(input, options, log);
        text = log.text(refusal);
      }
      return text;
    },
  };
}

function run(input: VerifierInput, options: VerifierOptions, observer?: Observer): VerifierFacts | Refusal {
  const program = prepareProgram(input);
  if (isRefusal(program)) return program;
  const unloadable = requireAttachType(input) ?? requireMaps(input);
  if (unloadable) return unloadable;
  const functions = findFunctions(program);
  if (isRefusal(functions)) return functions;
  const flow = checkControlFlow(program, functions);
  if (isRefusal(flow)) return flow;
  const state = State.initial(pointer('ctx'));
  const machine = new Machine(program, functions, options, state);
  const found = explore(machine, flow, liveRegisters(program.code), observer);
  if (isRefusal(found)) return found;
  const tooDeep = checkStackDepth(program.code, functions, machine.stackBytes);
  if (tooDeep) return tooDeep;
  const { instructions, statesTotal, statesPeak, reached } = found;
  const deadSlots = deadIn(program, reached);
  return { instructions, statesTotal, statesPeak, stackBytes: machine.stackBytes, deadSlots };
}

function deadIn({ code }: Program, reached: Uint8Array): number[] {
  const dead: number[] = [];
  for (let slot = 0; slot < code.length; slot++) if (code.forms[slot] && !reached[slot]) dead.push(slot);
  return dead;
}
