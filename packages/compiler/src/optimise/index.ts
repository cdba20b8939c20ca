import type { IrFunction, Var } from '../ir/ir.ts';
import { toSsa } from '../ir/ssa.ts';
import { shareCommon } from './common.ts';
import { removeDead } from './dead.ts';
import { forwardLoads, removeDeadStores } from './memory.ts';
import { mergeReturns } from './merge-returns.ts';
import { simplify } from './simplify.ts';
import { threadJumps } from './thread.ts';

const ROUNDS = 2;

/** Brings a function as lowered into SSA form and makes it small. `contexts`: parameters that are the program's context. */
export function optimise(fn: IrFunction, contexts: ReadonlySet<Var>): void {
  threadJumps(fn);
  toSsa(fn);
  for (let round = 0; round < ROUNDS; round++) {
    simplify(fn);
    shareCommon(fn);
    forwardLoads(fn, contexts);
    simplify(fn);
    removeDead(fn);
    removeDeadStores(fn, contexts);
    removeDead(fn);
  }
  mergeReturns(fn);
}
