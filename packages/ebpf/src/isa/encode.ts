import { slotsOf } from './decode.ts';
import type { Instruction } from './instruction.ts';
import { SLOT_BYTES } from './opcode.ts';

/**
 * Writes machine code, little endian. The instructions are taken as they are: `decode` says whether they are valid.
 *
 * Spec: RFC 9669 §3.
 */
export function encode(instructions: readonly Instruction[]): Uint8Array {
  const slots = instructions.reduce((sum, instruction) => sum + slotsOf(instruction), 0);
  const code = new Uint8Array(slots * SLOT_BYTES);
  const view = new DataView(code.buffer);
  let at = 0;
  for (const instruction of instructions) {
    const imm64 = instruction.imm64 ?? BigInt.asUintN(64, BigInt(instruction.imm));
    const wide = slotsOf(instruction) === 2;
    view.setUint8(at, instruction.opcode);
    view.setUint8(at + 1, (instruction.src << 4) | (instruction.dst & 15));
    view.setInt16(at + 2, instruction.offset, true);
    view.setInt32(at + 4, wide ? Number(BigInt.asIntN(32, imm64)) : instruction.imm, true);
    if (wide) view.setInt32(at + 12, Number(BigInt.asIntN(32, imm64 >> 32n)), true);
    at += wide ? 2 * SLOT_BYTES : SLOT_BYTES;
  }
  return code;
}
