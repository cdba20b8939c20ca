import { MAX_BPF_STACK } from '../vm/limits.ts';
import type { LinkedCode } from '../vm/link.ts';
import { type BasicBlock, basicBlocks } from './basic-blocks.ts';
import type { ByteWriter } from './byte-writer.ts';
import { emitAlu, emitEndian } from './emit-alu.ts';
import { emitCondition } from './emit-jump.ts';
import { type AddressCheck, emitAtomic, emitFuel, emitLoad, emitStore } from './emit-memory.ts';
import { FunctionEmitter } from './function-emitter.ts';
import { type Layout, layOut, type Scope } from './layout.ts';
import { analyseFlow } from './loops.ts';
import { NO_RESULT, W } from './wasm-opcode.ts';

/** What an instruction needs to know of the module around it. */
export interface EmitContext {
  readonly linked: LinkedCode;
  /** Absent for verified programs. */
  readonly check: AddressCheck | undefined;
  /** Address of the fuel word; absent for programs without a budget. */
  readonly fuel: number | undefined;
  /** Emits a call, of whatever kind, for instruction `index` of the block that begins at `blockFirst`. */
  readonly emitCall: (f: FunctionEmitter, index: number, blockFirst: number) => void;
}

/** Compiles the function at instructions `from` … `to` (exclusive) into a code section entry. */
export function emitFunction(context: EmitContext, from: number, to: number): ByteWriter {
  const f = new FunctionEmitter(from === 0);
  f.get(f.framePointer);
  f.i32(MAX_BPF_STACK);
  f.op(W.i32Sub);
  f.set(f.stackLow);
  const blocks = basicBlocks(context.linked, from, to);
  const facts = analyseFlow(blocks);
  if (facts) emitStructured(f, context, blocks, layOut(blocks, facts));
  else emitDispatched(f, context, blocks);
  f.op(W.unreachable, W.end);
  return f.finish();
}

function emitStructured(f: FunctionEmitter, context: EmitContext, blocks: readonly BasicBlock[], layout: Layout): void {
  const { order, position, scopes } = layout;
  const open: Scope[] = [];
  let nextScope = 0;
  for (let at = 0; at <= order.length; at++) {
    while (open.at(-1)?.end === at) {
      open.pop();
      f.op(W.end);
    }
    if (at === order.length) break;
    for (; scopes[nextScope]?.start === at; nextScope++) {
      f.op(scopes[nextScope]!.kind === 'loop' ? W.loop : W.block);
      f.out.byte(NO_RESULT);
      open.push(scopes[nextScope]!);
    }
    /** Nesting depth of the scope whose label is that position. */
    const depthOf = (to: number): number => {
      const index = open.findLastIndex((s) =>
        to > at ? s.kind === 'block' && s.end === to : s.kind === 'loop' && s.start === to,
      );
      if (index < 0) throw new Error(`no scope leads from block ${at} to ${to}`);
      return open.length - 1 - index;
    };
    const block = blocks[order[at]!]!;
    const condition = emitStraight(f, context, block);
    const next = block.next < 0 ? -1 : position[block.next]!;
    const taken = block.taken < 0 ? -1 : position[block.taken]!;
    if (condition && taken === at + 1) {
      if (next === taken) f.op(W.drop);
      else {
        f.op(W.i32Eqz, W.brIf);
        f.out.unsigned(depthOf(next));
      }
      continue;
    }
    if (condition) {
      f.op(W.brIf);
      f.out.unsigned(depthOf(taken));
    }
    const rest = condition || taken < 0 ? next : taken;
    if (rest >= 0 && rest !== at + 1) {
      f.op(W.br);
      f.out.unsigned(depthOf(rest));
    }
  }
}

/** For flow that no nesting of blocks and loops expresses: one loop around a jump table over all blocks. */
function emitDispatched(f: FunctionEmitter, context: EmitContext, blocks: readonly BasicBlock[]): void {
  const count = blocks.length;
  f.op(W.loop);
  f.out.byte(NO_RESULT);
  for (let i = 0; i < count; i++) {
    f.op(W.block);
    f.out.byte(NO_RESULT);
  }
  f.get(f.state);
  f.op(W.brTable);
  f.out.unsigned(count - 1);
  for (let i = 0; i < count; i++) f.out.unsigned(i);
  blocks.forEach((block, at) => {
    f.op(W.end);
    const condition = emitStraight(f, context, block);
    const goTo = (target: number): void => {
      f.i32(target);
      f.set(f.state);
      f.op(W.br);
      f.out.unsigned(count - 1 - at + (condition ? 1 : 0));
    };
    if (condition) {
      f.op(W.if);
      f.out.byte(NO_RESULT);
      goTo(block.taken);
      f.op(W.else);
      goTo(block.next);
      f.op(W.end, W.unreachable);
    } else if (block.taken >= 0) goTo(block.taken);
    else if (block.next >= 0) goTo(block.next);
  });
  f.op(W.end);
}

/** Emits a block's instructions. True: it ends in a conditional jump, whose condition is on the stack. */
function emitStraight(f: FunctionEmitter, context: EmitContext, block: BasicBlock): boolean {
  if (context.fuel !== undefined) emitFuel(f, context.fuel, block.end - block.first);
  for (let i = block.first; i < block.end; i++) {
    if (emitInstruction(f, context, i, block.first)) return true;
  }
  return false;
}

function emitInstruction(f: FunctionEmitter, context: EmitContext, index: number, blockFirst: number): boolean {
  const instruction = context.linked.instructions[index]!;
  const form = context.linked.forms[index]!;
  switch (form.kind) {
    case 'alu':
      emitAlu(f, form, instruction);
      return false;
    case 'endian':
      emitEndian(f, form.op, form.bits, instruction.dst);
      return false;
    case 'lddw':
      f.i64Big(instruction.imm64!);
      f.setRegister(instruction.dst);
      return false;
    case 'ldx':
      emitLoad(f, form, instruction, context.check);
      return false;
    case 'st':
    case 'stx':
      emitStore(f, form, instruction, context.check);
      return false;
    case 'atomic':
      emitAtomic(f, form, instruction, context.check);
      return false;
    case 'jump':
      emitCondition(f, form, instruction);
      return true;
    case 'ja':
      return false;
    case 'call':
    case 'ldabs':
    case 'ldind':
      context.emitCall(f, index, blockFirst);
      return false;
    case 'exit':
      f.register(0);
      f.op(W.return);
      return false;
    default:
      return form satisfies never;
  }
}
