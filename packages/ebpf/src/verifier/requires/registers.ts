import { FRAME_POINTER } from '../../isa/opcode.ts';
import type { Machine } from '../machine.ts';

/** A register that is read has been written. Kernel: kernel/bpf/verifier.c check_reg_arg() with SRC_OP. */
export function requireReadable(m: Machine, register: number): string | undefined {
  return m.register(register).kind === '?' ? `R${register} !read_ok` : undefined;
}

/** The frame pointer is not written. Kernel: kernel/bpf/verifier.c check_reg_arg() with DST_OP. */
export function requireWritable(register: number): string | undefined {
  return register === FRAME_POINTER ? 'frame pointer is read only' : undefined;
}
