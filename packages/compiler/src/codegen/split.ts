import type { Instr, IrFunction, Operand, Var } from '../ir/ir.ts';
import { constant, newVar } from '../ir/ir.ts';
import { type Definitions, definitions } from '../optimise/range.ts';

/** A place in a stack variable. */
export interface FrameAddress {
  readonly slot: number;
  readonly offset: number;
}

/** Where on the stack a pointer points, if that is fixed. */
export function frameAddress(defs: Definitions, operand: Operand): FrameAddress | undefined {
  const def = operand.kind === 'var' ? defs.get(operand) : undefined;
  if (def?.op === 'slot') return { slot: def.slot.id, offset: 0 };
  if (def?.op !== 'binary' || def.operator !== 'add' || def.bits !== 64 || def.b.kind !== 'const') return undefined;
  const inner = frameAddress(defs, def.a);
  return inner && { slot: inner.slot, offset: inner.offset + Number(BigInt.asIntN(64, def.b.value)) };
}

/**
 * Cuts accesses to the stack that are not aligned, which packed structs lead to, into aligned ones.
 *
 * Kernel: kernel/bpf/verifier.c check_ptr_alignment(): the stack is always checked strictly.
 */
export function splitStackAccess(fn: IrFunction): void {
  const defs = definitions(fn);
  for (const block of fn.blocks) {
    const out: Instr[] = [];
    for (const instr of block.instrs) split(fn, defs, instr, out);
    block.instrs.splice(0, block.instrs.length, ...out);
  }
}

function split(fn: IrFunction, defs: Definitions, instr: Instr, out: Instr[]): void {
  if (instr.op !== 'load' && instr.op !== 'store') {
    out.push(instr);
    return;
  }
  const address = frameAddress(defs, instr.base);
  if (!address || instr.bits === 8 || (address.offset + instr.offset) % (instr.bits / 8) === 0) {
    out.push(instr);
    return;
  }
  const half = (instr.bits / 2) as 8 | 16 | 32;
  const bits = instr.bits === 64 ? 64 : 32;
  const { span, base, offset } = instr;
  if (instr.op === 'store') {
    const high = newVar(fn, bits);
    out.push({ op: 'binary', dst: high, bits, operator: 'rsh', a: instr.value, b: constant(half), span });
    split(fn, defs, { op: 'store', bits: half, base, offset, value: instr.value, span }, out);
    split(fn, defs, { op: 'store', bits: half, base, offset: offset + half / 8, value: high, span }, out);
    return;
  }
  const part = (): Var => newVar(fn, bits);
  const [low, high, shifted] = [part(), part(), part()];
  split(fn, defs, { op: 'load', dst: low, bits: half, base, offset, span }, out);
  split(fn, defs, { op: 'load', dst: high, bits: half, base, offset: offset + half / 8, span }, out);
  out.push({ op: 'binary', dst: shifted, bits, operator: 'lsh', a: high, b: constant(half), span });
  out.push({ op: 'binary', dst: instr.dst, bits, operator: 'or', a: low, b: shifted, span });
}
