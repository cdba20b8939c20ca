/**
 * One BPF instruction in its fields. LDDW, which takes two 8-byte slots, is one Instruction with `imm64`; it counts as
 * two slots wherever slots are counted (jump offsets, relocations, line info).
 *
 * Spec: RFC 9669 §3.
 */
export interface Instruction {
  /** The opcode byte. */
  readonly opcode: number;
  readonly dst: number;
  /** Source register; in LDDW and CALL the BPF_PSEUDO_* kind. */
  readonly src: number;
  /** Signed 16 bits. */
  readonly offset: number;
  /** Signed 32 bits. */
  readonly imm: number;
  /** LDDW only: the whole constant, 0 ≤ imm64 < 2^64. */
  readonly imm64?: bigint;
}
