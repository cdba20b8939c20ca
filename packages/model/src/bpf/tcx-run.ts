import type { SkBuff } from '../skb/sk-buff.ts';
import { SKB_TC_CLASSID, SKB_TC_INDEX } from '../skb/sk-buff-fields.ts';
import { updateSkbContext } from './context/skb-context.ts';
import type { ModelProgram } from './program.ts';

/** UAPI: TC_ACT_*. */
export const TC_ACT_UNSPEC = -1;
export const TC_ACT_OK = 0;
export const TC_ACT_RECLASSIFY = 1;
export const TC_ACT_SHOT = 2;
export const TC_ACT_PIPE = 3;
export const TC_ACT_STOLEN = 4;
export const TC_ACT_QUEUED = 5;
export const TC_ACT_REPEAT = 6;
export const TC_ACT_REDIRECT = 7;
export const TC_ACT_TRAP = 8;

const NAMES: Readonly<Record<number, string>> = {
  [TC_ACT_UNSPEC]: 'TC_ACT_UNSPEC',
  [TC_ACT_OK]: 'TC_ACT_OK',
  [TC_ACT_RECLASSIFY]: 'TC_ACT_RECLASSIFY',
  [TC_ACT_SHOT]: 'TC_ACT_SHOT',
  [TC_ACT_PIPE]: 'TC_ACT_PIPE',
  [TC_ACT_STOLEN]: 'TC_ACT_STOLEN',
  [TC_ACT_QUEUED]: 'TC_ACT_QUEUED',
  [TC_ACT_REPEAT]: 'TC_ACT_REPEAT',
  [TC_ACT_REDIRECT]: 'TC_ACT_REDIRECT',
  [TC_ACT_TRAP]: 'TC_ACT_TRAP',
};

/** `TC_ACT_OK`. */
export const tcActionName = (action: number): string => NAMES[action] ?? `action ${action}`;

/**
 * Runs the programs of a hook in turn on a packet whose `data` is its link-layer header, until one decides: passes it,
 * drops it or sends it elsewhere. Any other answer leaves it to the next. Returns TC_ACT_OK, TC_ACT_SHOT or
 * TC_ACT_REDIRECT, or TC_ACT_UNSPEC where none decided.
 * Kernel: net/core/dev.c tcx_run(), include/net/tcx.h tcx_action_code().
 */
export function tcxRun(programs: readonly ModelProgram[], skb: SkBuff, direction: 'ingress' | 'egress'): number {
  for (let i = 0; i < programs.length; i++) {
    const program = programs[i]!;
    const returned = bpfProgRunSkb(program, skb) | 0;
    if (skb.trace !== null) {
      const { name, section } = program;
      skb.trace.program({ program: name, section, direction, returnValue: returned >>> 0 }, program.takeInstructions());
      skb.trace.detail(`${name} returned ${tcActionName(returned)}`);
    }
    if (returned === TC_ACT_OK) skb.setWord(SKB_TC_INDEX, skb.word(SKB_TC_CLASSID));
    if (returned === TC_ACT_OK || returned === TC_ACT_SHOT || returned === TC_ACT_REDIRECT) return returned;
  }
  return TC_ACT_UNSPEC;
}

/** Runs a program on a packet as it stands. Returns r0, unsigned. */
export function bpfProgRunSkb(program: ModelProgram, skb: SkBuff): number {
  const { bpf } = program;
  const outer = bpf.skb;
  const outerRunsXdp = bpf.runsXdp;
  bpf.skb = skb;
  bpf.runsXdp = false;
  updateSkbContext(skb);
  const returned = program.program.run(skb.ctx);
  bpf.skb = outer;
  bpf.runsXdp = outerRunsXdp;
  return returned;
}
