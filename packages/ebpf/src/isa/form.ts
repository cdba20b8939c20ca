/** Operations of class BPF_ALU and BPF_ALU64. */
export type AluOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'sdiv'
  | 'mod'
  | 'smod'
  | 'or'
  | 'and'
  | 'xor'
  | 'lsh'
  | 'rsh'
  | 'arsh'
  | 'mov'
  | 'movsx'
  | 'neg';

export type JumpOp = 'jeq' | 'jne' | 'jgt' | 'jge' | 'jlt' | 'jle' | 'jsgt' | 'jsge' | 'jslt' | 'jsle' | 'jset';

export type AtomicOp = 'add' | 'or' | 'and' | 'xor' | 'xchg' | 'cmpxchg';

export type AccessBits = 8 | 16 | 32 | 64;

/** What an instruction does with a register field; `unused` must hold 0, a number must hold just that (a pseudo kind). */
export type RegisterUse = 'unused' | 'read' | 'write' | 'update' | number;

/** What `offset` or `imm` hold; `unused` must be 0, a number must be just that (it selects the form). */
export type FieldUse = 'unused' | 'any' | number;

interface Fields {
  /** Unique: `add64_imm`, `ldxw`, `jeq32_reg`, `atomic_fetch_add64`. */
  readonly name: string;
  readonly opcode: number;
  readonly dst: RegisterUse;
  readonly src: RegisterUse;
  readonly offset: FieldUse;
  readonly imm: FieldUse;
  /** Instruction set version of LLVM's `-mcpu=v1 … v4` that introduced it. */
  readonly since: 1 | 2 | 3 | 4;
}

/**
 * One row of the instruction table: an opcode byte together with what selects among instructions sharing that byte
 * (offset 1 in signed division, `imm` of an atomic operation, the pseudo kind in `src`).
 */
export type Form = Fields &
  (
    | {
        readonly kind: 'alu';
        readonly op: AluOp;
        readonly bits: 32 | 64;
        /** Second operand; `none` in `neg`. */
        readonly source: 'imm' | 'reg' | 'none';
        /** `movsx`: width that is sign-extended; otherwise 0. */
        readonly from: 0 | 8 | 16 | 32;
      }
    /** Byte order of the low `bits` of dst; the rest becomes 0. */
    | { readonly kind: 'endian'; readonly op: 'le' | 'be' | 'bswap'; readonly bits: 16 | 32 | 64 }
    /** 64-bit constant in two slots; `pseudo` is BPF_PSEUDO_*, 0 for a plain number. */
    | { readonly kind: 'lddw'; readonly pseudo: number }
    /** Legacy packet access: r0 = big-endian value at imm (+ src); r6 holds the context, r1 … r5 are clobbered. */
    | { readonly kind: 'ldabs' | 'ldind'; readonly bits: 8 | 16 | 32 }
    | { readonly kind: 'ldx'; readonly bits: AccessBits; readonly signed: boolean }
    | { readonly kind: 'st'; readonly bits: AccessBits }
    | { readonly kind: 'stx'; readonly bits: AccessBits }
    /** With `fetch`, src (in `cmpxchg`: r0) receives the old value. */
    | { readonly kind: 'atomic'; readonly op: AtomicOp; readonly bits: 32 | 64; readonly fetch: boolean }
    /** `wide`: the distance stands in `imm` (gotol). */
    | { readonly kind: 'ja'; readonly wide: boolean }
    | { readonly kind: 'jump'; readonly op: JumpOp; readonly bits: 32 | 64; readonly source: 'imm' | 'reg' }
    | { readonly kind: 'call'; readonly target: 'helper' | 'local' | 'kfunc' }
    | { readonly kind: 'exit' }
  );

export type FormKind = Form['kind'];
