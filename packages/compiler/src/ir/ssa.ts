import { dominanceFrontiers, dominators, walkDominatorTree } from './dominators.ts';
import { type Block, constant, type Instr, type IrFunction, likeVar, type Operand, type Var } from './ir.ts';
import { liveness } from './liveness.ts';
import { assigned, replaceOperands, successors } from './walk.ts';

/**
 * Turns a function into SSA form: each variable gets one definition, phis stand where ways with different values meet
 * and the variable is still needed. A variable read before it is assigned is 0.
 *
 * Method: Cytron et al., "Efficiently Computing Static Single Assignment Form", pruned by liveness.
 */
export function toSsa(fn: IrFunction): void {
  const tree = dominators(fn);
  const original = placePhis(fn, tree);
  const current = new Map<Var, Operand[]>(fn.params.map((param) => [param, [param]]));
  const top = (variable: Var): Operand => current.get(variable)?.at(-1) ?? constant(0n);
  const pushed = new Map<Block, Var[]>();
  const define = (block: Block, variable: Var): Var => {
    const fresh = likeVar(fn, variable);
    const stack = current.get(variable);
    if (stack) stack.push(fresh);
    else current.set(variable, [fresh]);
    pushed.get(block)!.push(variable);
    return fresh;
  };
  walkDominatorTree(
    fn,
    tree,
    (block) => {
      pushed.set(block, []);
      for (const instr of block.instrs) {
        if (instr.op !== 'phi') replaceOperands(instr, (operand) => (operand.kind === 'var' ? top(operand) : operand));
        const dst = assigned(instr);
        if (dst) (instr as { dst: Var }).dst = define(block, original.get(instr) ?? dst);
      }
      replaceOperands(block.end!, (operand) => (operand.kind === 'var' ? top(operand) : operand));
      for (const next of successors(block)) {
        for (const phi of next.instrs) {
          if (phi.op !== 'phi') break;
          phi.inputs.set(block, top(original.get(phi)!));
        }
      }
    },
    (block) => {
      for (const variable of pushed.get(block)!) current.get(variable)!.pop();
    },
  );
}

/** Puts phis where they are needed; returns which variable each is about. */
function placePhis(fn: IrFunction, tree: ReturnType<typeof dominators>): Map<Instr, Var> {
  const frontiers = dominanceFrontiers(fn, tree);
  const live = liveness(fn);
  const original = new Map<Instr, Var>();
  const definedIn = new Map<Var, Set<Block>>();
  for (const param of fn.params) definedIn.set(param, new Set([fn.entry]));
  for (const block of fn.blocks) {
    for (const instr of block.instrs) {
      const dst = assigned(instr);
      if (!dst) continue;
      const blocks = definedIn.get(dst);
      if (blocks) blocks.add(block);
      else definedIn.set(dst, new Set([block]));
    }
  }
  for (const [variable, blocks] of definedIn) {
    const pending = [...blocks];
    const placed = new Set<Block>();
    for (let block = pending.pop(); block; block = pending.pop()) {
      for (const join of frontiers.get(block)!) {
        if (placed.has(join) || !live.in.get(join)!.has(variable)) continue;
        placed.add(join);
        const phi: Instr = { op: 'phi', dst: variable, inputs: new Map(), span: join.end!.span };
        original.set(phi, variable);
        join.instrs.unshift(phi);
        if (!blocks.has(join)) pending.push(join);
      }
    }
  }
  return original;
}
