import { Refusal } from '../diagnostics/problem.ts';
import type { Block, Instr, IrFunction, Operand, Var } from '../ir/ir.ts';
import { liveness } from '../ir/liveness.ts';
import { assigned, operands } from '../ir/walk.ts';
import { changesPacket, rootOf } from './alias.ts';
import { definitions } from './range.ts';

/**
 * Refuses a reference into the packet that is used after something that may have moved the packet. SSA form.
 * `changers`: functions that call such a helper.
 */
export function refuseStale(fn: IrFunction, contexts: ReadonlySet<Var>, changers: ReadonlySet<string>): void {
  const defs = definitions(fn);
  const isPacket = (operand: Operand): boolean =>
    operand.kind === 'var' && operand.pointer && rootOf(fn, contexts, defs, operand).kind === 'packet';
  const live = liveness(fn);
  for (const block of fn.blocks) {
    const after = new Set<Var>(live.out.get(block));
    for (const operand of operands(block.end!)) if (operand.kind === 'var') after.add(operand);
    for (let i = block.instrs.length - 1; i >= 0; i--) {
      const instr = block.instrs[i]!;
      const dst = assigned(instr);
      if (dst) after.delete(dst);
      if ((instr.op === 'call' || instr.op === 'invoke') && changesPacket(instr, changers)) {
        for (const variable of after) if (isPacket(variable)) refuse(fn, block, i, variable, instr);
      }
      for (const operand of operands(instr)) if (operand.kind === 'var') after.add(operand);
    }
  }
}

function refuse(fn: IrFunction, block: Block, index: number, variable: Var, cause: Instr): never {
  const order = [
    ...block.instrs.slice(index + 1),
    ...fn.blocks.slice(fn.blocks.indexOf(block) + 1).flatMap((b) => b.instrs),
  ];
  const use = order.find((instr) => operands(instr).includes(variable)) ?? cause;
  throw new Refusal(
    'S016',
    use.span,
    `This reference into the packet is stale: line ${cause.span.line} may have moved the packet.`,
    'Take it again with packet(…) after that.',
  );
}

/** Refuses a function that returns a reference to its own stack. SSA form. */
export function refuseEscape(fn: IrFunction, contexts: ReadonlySet<Var>): void {
  const defs = definitions(fn);
  for (const { end } of fn.blocks) {
    if (end?.op !== 'return' || end.value?.kind !== 'var' || !end.value.pointer) continue;
    if (rootOf(fn, contexts, defs, end.value).kind !== 'slot') continue;
    const remedy = 'Let the caller make the struct and pass it in.';
    throw new Refusal('S019', end.span, `${fn.name} returns a reference to a variable that ends with it.`, remedy);
  }
}

/** Whether a function itself calls a helper that moves packets. */
export function movesPacket(fn: IrFunction): boolean {
  return fn.blocks.some((block) =>
    block.instrs.some((instr) => instr.op === 'call' && changesPacket(instr, new Set())),
  );
}
