import type { AccessBits, AluOp, AtomicOp, JumpOp } from '../isa/form.ts';

/*
 * The words of the assembly text, both ways: the disassembler writes them, the assembler reads them. They are those of
 * the kernel's verifier log and of LLVM, where the two agree.
 */

type Assigned = Exclude<AluOp, 'movsx' | 'neg'>;

export const ALU_OPERATORS: Readonly<Record<Assigned, string>> = {
  mov: '=',
  add: '+=',
  sub: '-=',
  mul: '*=',
  div: '/=',
  sdiv: 's/=',
  mod: '%=',
  smod: 's%=',
  or: '|=',
  and: '&=',
  xor: '^=',
  lsh: '<<=',
  rsh: '>>=',
  arsh: 's>>=',
};

export const JUMP_OPERATORS: Readonly<Record<JumpOp, string>> = {
  jeq: '==',
  jne: '!=',
  jgt: '>',
  jge: '>=',
  jlt: '<',
  jle: '<=',
  jsgt: 's>',
  jsge: 's>=',
  jslt: 's<',
  jsle: 's<=',
  jset: '&',
};

/** Atomic operations that leave the old value alone; the others are written as functions. */
export const ATOMIC_OPERATORS: Readonly<Record<Exclude<AtomicOp, 'xchg' | 'cmpxchg'>, string>> = {
  add: '+=',
  or: '|=',
  and: '&=',
  xor: '^=',
};

/** LDDW's pseudo kinds by number: `r1 = map[0x5] ll`. */
export const PSEUDO_NAMES = ['', 'map', 'map_value', 'btf', 'func', 'map_idx', 'map_idx_value'] as const;

/** `u8` … `u64`, `s8` … `s32`. */
export function typeName(bits: AccessBits, signed = false): string {
  return `${signed ? 's' : 'u'}${bits}`;
}

/** The key that has that value, or undefined. */
export function keyOf<K extends string>(table: Readonly<Record<K, string>>, value: string): K | undefined {
  return (Object.keys(table) as K[]).find((key) => table[key] === value);
}
