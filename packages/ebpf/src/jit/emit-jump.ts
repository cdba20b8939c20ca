import type { Form, JumpOp } from '../isa/form.ts';
import type { Instruction } from '../isa/instruction.ts';
import { operand, value } from './emit-alu.ts';
import type { FunctionEmitter } from './function-emitter.ts';
import { W } from './wasm-opcode.ts';

type JumpForm = Extract<Form, { kind: 'jump' }>;
type Comparison = Exclude<JumpOp, 'jset'>;

const WIDE: Record<Comparison, W> = {
  jeq: W.i64Eq,
  jne: W.i64Ne,
  jgt: W.i64GtU,
  jge: W.i64GeU,
  jlt: W.i64LtU,
  jle: W.i64LeU,
  jsgt: W.i64GtS,
  jsge: W.i64GeS,
  jslt: W.i64LtS,
  jsle: W.i64LeS,
};
const NARROW: Record<Comparison, W> = {
  jeq: W.i32Eq,
  jne: W.i32Ne,
  jgt: W.i32GtU,
  jge: W.i32GeU,
  jlt: W.i32LtU,
  jle: W.i32LeU,
  jsgt: W.i32GtS,
  jsge: W.i32GeS,
  jslt: W.i32LtS,
  jsle: W.i32LeS,
};

/** Pushes whether a jump is taken. Spec: RFC 9669 §4.3. */
export function emitCondition(f: FunctionEmitter, form: JumpForm, instruction: Instruction): void {
  const wide = form.bits === 64;
  value(f, wide, instruction.dst);
  operand(f, form, instruction);
  if (form.op !== 'jset') {
    f.op(wide ? WIDE[form.op] : NARROW[form.op]);
    return;
  }
  if (wide) {
    f.op(W.i64And);
    f.i64(0);
    f.op(W.i64Ne);
  } else f.op(W.i32And);
}
