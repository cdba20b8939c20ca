import type { Layer, StepVerdict } from '@sluice/engine';
import type { DropReason } from './drop-reasons.ts';
import type { SkBuff } from './skb/sk-buff.ts';

/**
 * One kernel function as the runner sees it. `run` does its work on the packet and returns what comes next: another
 * step, or one of the ends below. It neither counts, times nor traces; `run` in `runner.ts` does. A step never frees
 * the packet it was given: the end it returns says who owns it.
 */
export interface Step {
  /** The kernel's name, as `ip_rcv`. */
  readonly function: string;
  readonly layer: Layer;
  /** Row of the system's list, as `D1`. */
  readonly row: string | undefined;
  readonly run: (skb: SkBuff) => Step;
  /** GOES_ON for a real step. */
  readonly end: End;
}

/** How a packet's way ends, or that it goes on. The runner frees the packet for every end from FREES up. */
export const GOES_ON = 0;
/** A queue owns it now: ring, backlog, qdisc, socket, neighbour, reassembly. */
export const QUEUED = 1;
export const FREES = 2;
export const DROPPED = 2;
export const REJECTED = 3;
export const CONSUMED = 4;
export const DELIVERED = 5;
export const UNDECIDABLE = 6;
export type End = 0 | 1 | 2 | 3 | 4 | 5 | 6;

const never = (): Step => {
  throw new Error('an end is not run');
};

const makeEnd = (end: End, name: string): Step => ({ function: name, layer: 'core', row: undefined, run: never, end });

/** A queue has it. */
export const queued = makeEnd(QUEUED, 'queued');
/** The step kept it, answered it or merged it: nothing is lost, and nothing more happens to it. */
export const consumed = makeEnd(CONSUMED, 'consumed');
/** It reached its process. */
export const delivered = makeEnd(DELIVERED, 'delivered');

const dropped = makeEnd(DROPPED, 'dropped');
const rejected = makeEnd(REJECTED, 'rejected');
const undecided = makeEnd(UNDECIDABLE, 'undecidable');

/** It ends here, for a kernel reason. */
export function drop(skb: SkBuff, reason: DropReason): Step {
  skb.reason = reason;
  return dropped;
}

/** It ends here, and the sender is told (ICMP error, RST). */
export function reject(skb: SkBuff, reason: DropReason): Step {
  skb.reason = reason;
  return rejected;
}

/** A fact is missing, or a kernel function that the model does not have: `missing` names it. */
export function undecidable(skb: SkBuff, missing: string): Step {
  skb.missing = missing;
  return undecided;
}

/** Describes a kernel function as a step. */
export const step = (name: string, layer: Layer, row: string | undefined, run: (skb: SkBuff) => Step): Step => ({
  function: name,
  layer,
  row,
  run,
  end: GOES_ON,
});

/** What an end is called in a Journey. */
export const endVerdict: Readonly<Record<End, StepVerdict>> = {
  [GOES_ON]: 'next',
  [QUEUED]: 'queued',
  [DROPPED]: 'drop',
  [REJECTED]: 'reject',
  [CONSUMED]: 'stolen',
  [DELIVERED]: 'delivered',
  [UNDECIDABLE]: 'undecidable',
};
