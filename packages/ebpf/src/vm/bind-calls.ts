import type { Form } from '../isa/form.ts';
import type { Instruction } from '../isa/instruction.ts';
import { type Callback, runCallback } from './callback.ts';
import { bindHelper, type HelperCall, setResult } from './helper-call.ts';
import { bpfLoop, forEachMapElem } from './helpers/callback-helpers.ts';
import type { LinkedCode } from './link.ts';
import type { Machine } from './machine.ts';
import { FOR_EACH_MAP_ELEM, LOOP, type ProgramEnvironment, TAIL_CALL } from './program-environment.ts';

/** Binds every call of a program for the interpreter, by instruction index. */
export function bindCalls(code: LinkedCode, environment: ProgramEnvironment): (HelperCall | undefined)[] {
  return code.instructions.map((instruction, i) => {
    const form = code.forms[i]!;
    if (form.kind === 'ldabs' || form.kind === 'ldind') return bindPacketLoad(form, instruction, environment);
    const row = code.helpers[i];
    if (row === undefined) return undefined;
    switch (row.id) {
      case TAIL_CALL:
        return bindTailCall(environment);
      case LOOP:
        return (m) => {
          const r = m.registers;
          const done = bpfLoop(callbackOf(m), r[2]!, r[4]!, r[6]!, r[8]! | r[9]!);
          setResult(r, 'int', done, environment.state);
          return true;
        };
      case FOR_EACH_MAP_ELEM:
        return (m) => {
          const r = m.registers;
          const flags = r[8]! | r[9]!;
          setResult(
            r,
            'int',
            forEachMapElem(callbackOf(m), environment.maps, r[2]!, r[4]!, r[6]!, flags),
            environment.state,
          );
          return true;
        };
      default:
        return bindHelper(row, environment.helper(row, code.type), environment.state);
    }
  });
}

function callbackOf(m: Machine): Callback {
  return (entry, a, b, c, d) => runCallback(m, entry, a, b, c, d);
}

/** bpf_tail_call: runs the other program in this one's place; where there is none, goes on. */
function bindTailCall({ tailTarget, state }: ProgramEnvironment): HelperCall {
  return ({ registers: r }) => {
    const target = tailTarget(r[4]!, r[6]!);
    if (!target) return true;
    r[0] = target.enter(r[2]!, r[20]!);
    r[1] = state.resultHigh;
    return false;
  };
}

function bindPacketLoad(
  form: Extract<Form, { kind: 'ldabs' | 'ldind' }>,
  { src, imm }: Instruction,
  { packetLoad, state }: ProgramEnvironment,
): HelperCall {
  const bytes = form.bits / 8;
  const index = form.kind === 'ldind' ? src * 2 : -1;
  return ({ registers: r }) => {
    const value = packetLoad(r[12]!, index < 0 ? imm : (r[index]! + imm) | 0, bytes);
    r[0] = value;
    r[1] = 0;
    return state.resultHigh === 0;
  };
}
