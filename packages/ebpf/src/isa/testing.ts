import fc from 'fast-check';
import type { Form } from './form.ts';
import type { Instruction } from './instruction.ts';
import { INSTRUCTION_FORMS } from './table.ts';

const register = fc.integer({ min: 0, max: 10 });
const int16 = fc.integer({ min: -0x8000, max: 0x7fff });
const int32 = fc.oneof(fc.integer({ min: -5, max: 70 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));

/** Any instruction that `decode` accepts: all forms, arbitrary free fields. */
export function anyInstruction(forms: readonly Form[] = INSTRUCTION_FORMS): fc.Arbitrary<Instruction> {
  return fc.constantFrom(...forms).chain((form) => instructionOf(form));
}

function instructionOf(form: Form): fc.Arbitrary<Instruction> {
  const fields = {
    opcode: fc.constant(form.opcode),
    dst: form.dst === 'unused' ? fc.constant(0) : register,
    src: typeof form.src === 'number' ? fc.constant(form.src) : form.src === 'unused' ? fc.constant(0) : register,
    offset:
      typeof form.offset === 'number' ? fc.constant(form.offset) : form.offset === 'unused' ? fc.constant(0) : int16,
    imm: typeof form.imm === 'number' ? fc.constant(form.imm) : form.imm === 'unused' ? fc.constant(0) : int32,
  };
  if (form.kind !== 'lddw') return fc.record(fields);
  return fc.record({ ...fields, imm64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }).map((instruction) => ({
    ...instruction,
    imm: Number(BigInt.asIntN(32, instruction.imm64)),
  }));
}
