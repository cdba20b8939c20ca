import type { AccessBits, AluOp, AtomicOp, Form, JumpOp } from './form.ts';
import type { Instruction } from './instruction.ts';
import { BPF_PSEUDO_MAP_FD, BPF_PSEUDO_MAP_VALUE } from './opcode.ts';
import { formNamed } from './table.ts';

/*
 * Builders: one Instruction each, from the table. Registers are 0 … 10, immediates signed 32 bits (unsigned ones are
 * folded), jump distances count slots from the instruction after.
 */

type Bits = 32 | 64;

/** dst = dst op imm; `mov` sets. */
export function aluImm(op: Exclude<AluOp, 'neg' | 'movsx'>, bits: Bits, dst: number, imm: number): Instruction {
  return fill(formNamed(`${op}${bits}_imm`), { dst, imm: imm | 0 });
}

/** dst = dst op src; `mov` copies. */
export function aluReg(op: Exclude<AluOp, 'neg' | 'movsx'>, bits: Bits, dst: number, src: number): Instruction {
  return fill(formNamed(`${op}${bits}_reg`), { dst, src });
}

export function neg(bits: Bits, dst: number): Instruction {
  return fill(formNamed(`neg${bits}`), { dst });
}

/** dst = src, its low `from` bits sign-extended to `bits`. */
export function movsx(bits: Bits, from: 8 | 16 | 32, dst: number, src: number): Instruction {
  return fill(formNamed(`movsx${from}_${bits}`), { dst, src });
}

/** `le` and `be` convert between host and that order; `bswap` always swaps. */
export function endian(op: 'le' | 'be' | 'bswap', bits: 16 | 32 | 64, dst: number): Instruction {
  return fill(formNamed(`${op}${bits}`), { dst });
}

export const mov64Imm = (dst: number, imm: number): Instruction => aluImm('mov', 64, dst, imm);
export const mov64Reg = (dst: number, src: number): Instruction => aluReg('mov', 64, dst, src);
export const mov32Imm = (dst: number, imm: number): Instruction => aluImm('mov', 32, dst, imm);
export const mov32Reg = (dst: number, src: number): Instruction => aluReg('mov', 32, dst, src);
export const alu64Imm = (op: Exclude<AluOp, 'neg' | 'movsx'>, dst: number, imm: number): Instruction =>
  aluImm(op, 64, dst, imm);
export const alu64Reg = (op: Exclude<AluOp, 'neg' | 'movsx'>, dst: number, src: number): Instruction =>
  aluReg(op, 64, dst, src);
export const alu32Imm = (op: Exclude<AluOp, 'neg' | 'movsx'>, dst: number, imm: number): Instruction =>
  aluImm(op, 32, dst, imm);
export const alu32Reg = (op: Exclude<AluOp, 'neg' | 'movsx'>, dst: number, src: number): Instruction =>
  aluReg(op, 32, dst, src);

/** dst = a 64-bit constant (taken modulo 2^64), in two slots. `pseudo` is BPF_PSEUDO_* or 0. */
export function lddw(dst: number, imm64: bigint, pseudo = 0): Instruction {
  const value = BigInt.asUintN(64, imm64);
  return {
    opcode: formNamed('lddw').opcode,
    dst,
    src: pseudo,
    offset: 0,
    imm: Number(BigInt.asIntN(32, value)),
    imm64: value,
  };
}

/** dst = a map's pointer; the loader fills in which map. */
export const lddwMap = (dst: number, map = 0): Instruction => lddw(dst, BigInt(map >>> 0), BPF_PSEUDO_MAP_FD);

/** dst = the address of byte `offset` in a map's only value; the loader fills in which map. */
export const lddwMapValue = (dst: number, offset: number, map = 0): Instruction =>
  lddw(dst, (BigInt(offset >>> 0) << 32n) | BigInt(map >>> 0), BPF_PSEUDO_MAP_VALUE);

/** dst = *(unsigned `bits` *)(src + offset) */
export function ldx(bits: AccessBits, dst: number, src: number, offset: number): Instruction {
  return fill(formNamed(`ldx${suffix(bits)}`), { dst, src, offset });
}

/** dst = *(signed `bits` *)(src + offset) */
export function ldxs(bits: 8 | 16 | 32, dst: number, src: number, offset: number): Instruction {
  return fill(formNamed(`ldxs${suffix(bits)}`), { dst, src, offset });
}

/** *(`bits` *)(dst + offset) = imm */
export function st(bits: AccessBits, dst: number, offset: number, imm: number): Instruction {
  return fill(formNamed(`st${suffix(bits)}`), { dst, offset, imm: imm | 0 });
}

/** *(`bits` *)(dst + offset) = src */
export function stx(bits: AccessBits, dst: number, offset: number, src: number): Instruction {
  return fill(formNamed(`stx${suffix(bits)}`), { dst, offset, src });
}

/** Atomic operation on *(dst + offset); `fetch` is implied by xchg and cmpxchg. */
export function atomic(op: AtomicOp, bits: Bits, dst: number, offset: number, src: number, fetch = false): Instruction {
  const prefix = fetch && op !== 'xchg' && op !== 'cmpxchg' ? 'fetch_' : '';
  return fill(formNamed(`atomic_${prefix}${op}${bits}`), { dst, offset, src });
}

/** goto +offset */
export const ja = (offset: number): Instruction => fill(formNamed('ja'), { offset });

/** gotol +imm: 32 bits of distance. */
export const ja32 = (imm: number): Instruction => fill(formNamed('ja32'), { imm });

/** if dst op imm goto +offset */
export function jmpImm(op: JumpOp, dst: number, imm: number, offset: number, bits: Bits = 64): Instruction {
  return fill(formNamed(`${op}${bits}_imm`), { dst, imm: imm | 0, offset });
}

/** if dst op src goto +offset */
export function jmpReg(op: JumpOp, dst: number, src: number, offset: number, bits: Bits = 64): Instruction {
  return fill(formNamed(`${op}${bits}_reg`), { dst, src, offset });
}

/** r0 = helper `id`(r1 … r5) */
export const call = (id: number): Instruction => fill(formNamed('call'), { imm: id });

/** r0 = function at +imm slots (r1 … r5) */
export const callLocal = (imm: number): Instruction => fill(formNamed('call_local'), { imm });

export const exit = (): Instruction => fill(formNamed('exit'), {});

function suffix(bits: AccessBits): string {
  return bits === 8 ? 'b' : bits === 16 ? 'h' : bits === 32 ? 'w' : 'dw';
}

function fill(form: Form, fields: { dst?: number; src?: number; offset?: number; imm?: number }): Instruction {
  return {
    opcode: form.opcode,
    dst: fields.dst ?? 0,
    src: fields.src ?? (typeof form.src === 'number' ? form.src : 0),
    offset: fields.offset ?? (typeof form.offset === 'number' ? form.offset : 0),
    imm: fields.imm ?? (typeof form.imm === 'number' ? form.imm : 0),
  };
}
