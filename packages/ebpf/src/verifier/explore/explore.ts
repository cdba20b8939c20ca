import { effect } from '../does/instruction.ts';
import { BPF_COMPLEXITY_LIMIT_INSNS } from '../limits.ts';
import type { Machine } from '../machine.ts';
import type { Refusal } from '../program.ts';
import { requirement } from '../requires/instruction.ts';
import type { State } from '../state/state.ts';
import type { ControlFlow } from '../structure/control-flow.ts';
import { type Progress, Visited } from './visited.ts';

/** What exploration found out beside the verdict. */
export interface Exploration {
  readonly instructions: number;
  readonly statesTotal: number;
  readonly statesPeak: number;
  /** 1 for slots that some path executes. */
  readonly reached: Uint8Array;
}

export interface Observer {
  /** The instruction at `slot` is about to be checked. */
  step(slot: number, state: State): void;
  /** The path forks; `state` is left for later. */
  fork(state: State): void;
  /** The path at hand has ended; `state`, left by a fork, goes on at `slot`. */
  resume(slot: number, state: State): void;
}

const CALLER_SAVED = 0b111111;

/**
 * Follows every path through the program, deepest first, until each has ended, been found covered by another, or shown
 * something that is refused.
 *
 * Kernel: kernel/bpf/verifier.c do_check().
 */
export function explore(m: Machine, flow: ControlFlow, live: Uint16Array, observer?: Observer): Exploration | Refusal {
  const visited = new Visited(m.options.exhaustive ?? false);
  const progress: Progress = { instructions: 0, jumps: 0 };
  const reached = new Uint8Array(m.program.code.length);
  if (observer) m.onFork = (state) => observer.fork(state);
  let slot = 0;
  const refuse = (message: string): Refusal => ({ slot, message, instructions: progress.instructions });
  for (;;) {
    m.slot = slot;
    if (++progress.instructions > BPF_COMPLEXITY_LIMIT_INSNS) {
      return refuse(`BPF program is too large. Processed ${progress.instructions} insn`);
    }
    let next: number | undefined;
    const visit = flow.prunePoint[slot] ? look(m, visited, live, progress) : 'new';
    if (visit === 'endless') return refuse(`infinite loop detected at insn ${slot}`);
    if (visit === 'new') {
      if (flow.jumpPoint[slot]) m.state.steps++;
      reached[slot] = 1;
      observer?.step(slot, m.state);
      const message = requirement(m);
      if (message !== undefined) return refuse(message);
      if (m.form.kind === 'jump' || m.form.kind === 'ja' || m.form.kind === 'call' || m.form.kind === 'exit') {
        progress.jumps++;
      }
      next = effect(m);
    }
    if (next === undefined) {
      m.state.parent?.branchDone();
      const branch = m.pending.pop();
      if (!branch) break;
      m.state = branch.state;
      next = branch.slot;
      observer?.resume(next, m.state);
    }
    slot = next;
  }
  const { total: statesTotal, peak: statesPeak } = visited;
  return { instructions: progress.instructions, statesTotal, statesPeak, reached };
}

function look(m: Machine, visited: Visited, live: Uint16Array, progress: Progress) {
  const { frames, depth } = m.state;
  const masks = frames.map((_, i) =>
    i === depth ? live[m.slot]! : live[frames[i + 1]!.callSite + 1]! & ~CALLER_SAVED,
  );
  const how = { live: masks, allowUninitializedStack: m.allowUninitializedStack };
  return visited.visit(m.slot, m.state, how, progress);
}
