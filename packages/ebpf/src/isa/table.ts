import type { AccessBits, AluOp, AtomicOp, Form, JumpOp } from './form.ts';
import type { Instruction } from './instruction.ts';
import * as op from './opcode.ts';

const widths: readonly (readonly [string, number, AccessBits])[] = [
  ['b', op.BPF_B, 8],
  ['h', op.BPF_H, 16],
  ['w', op.BPF_W, 32],
  ['dw', op.BPF_DW, 64],
];

/**
 * The instruction table: every instruction of RFC 9669 and the legacy packet loads. Decoder, assembler, disassembler,
 * interpreter, JIT and verifier all read it; a fact about encoding stands nowhere else.
 *
 * Spec: RFC 9669 §4, §5.
 */
export const INSTRUCTION_FORMS: readonly Form[] = [
  ...aluForms(),
  ...endianForms(),
  ...loadForms(),
  ...storeForms(),
  ...atomicForms(),
  ...jumpForms(),
];

const byOpcode: readonly (readonly Form[])[] = Array.from({ length: 256 }, (_, opcode) =>
  INSTRUCTION_FORMS.filter((form) => form.opcode === opcode),
);
const byName = new Map(INSTRUCTION_FORMS.map((form) => [form.name, form]));

/** All forms that share an opcode byte; empty for an unknown one. */
export function formsOfOpcode(opcode: number): readonly Form[] {
  return byOpcode[opcode & 0xff]!;
}

/**
 * The row an instruction is described by, or undefined where opcode or selecting fields are unknown. Does not look at
 * fields that must be zero: `decode` does.
 */
export function formOf(instruction: Pick<Instruction, 'opcode' | 'src' | 'offset' | 'imm'>): Form | undefined {
  for (const form of formsOfOpcode(instruction.opcode)) {
    if (typeof form.src === 'number' && form.src !== instruction.src) continue;
    if (typeof form.offset === 'number' && form.offset !== instruction.offset) continue;
    if (typeof form.imm === 'number' && form.imm !== instruction.imm) continue;
    return form;
  }
  return undefined;
}

/** The row of that name; asserts that it exists. */
export function formNamed(name: string): Form {
  const form = byName.get(name);
  if (!form) throw new Error(`no instruction form named ${name}`);
  return form;
}

function aluForms(): Form[] {
  const rows: Form[] = [];
  const ops: readonly (readonly [AluOp, number, number])[] = [
    ['add', op.BPF_ADD, 0],
    ['sub', op.BPF_SUB, 0],
    ['mul', op.BPF_MUL, 0],
    ['div', op.BPF_DIV, 0],
    ['sdiv', op.BPF_DIV, 1],
    ['mod', op.BPF_MOD, 0],
    ['smod', op.BPF_MOD, 1],
    ['or', op.BPF_OR, 0],
    ['and', op.BPF_AND, 0],
    ['xor', op.BPF_XOR, 0],
    ['lsh', op.BPF_LSH, 0],
    ['rsh', op.BPF_RSH, 0],
    ['arsh', op.BPF_ARSH, 0],
    ['mov', op.BPF_MOV, 0],
  ];
  for (const bits of [64, 32] as const) {
    const cls = bits === 64 ? op.BPF_ALU64 : op.BPF_ALU;
    for (const [name, code, offset] of ops) {
      // A form that shares its opcode with one of another offset is told from it by offset 0.
      const shared = code === op.BPF_DIV || code === op.BPF_MOD;
      const common = {
        kind: 'alu',
        op: name,
        bits,
        from: 0,
        dst: name === 'mov' ? 'write' : 'update',
        offset: shared ? offset : 'unused',
        since: offset === 0 ? 1 : 4,
      } as const;
      rows.push({
        ...common,
        name: `${name}${bits}_imm`,
        opcode: cls | code | op.BPF_K,
        source: 'imm',
        src: 'unused',
        imm: 'any',
      });
      rows.push({
        ...common,
        name: `${name}${bits}_reg`,
        opcode: cls | code | op.BPF_X,
        source: 'reg',
        src: 'read',
        imm: 'unused',
        offset: shared || code === op.BPF_MOV ? offset : 'unused',
      });
    }
    for (const from of bits === 64 ? ([8, 16, 32] as const) : ([8, 16] as const)) {
      rows.push({
        kind: 'alu',
        op: 'movsx',
        bits,
        from,
        name: `movsx${from}_${bits}`,
        opcode: cls | op.BPF_MOV | op.BPF_X,
        source: 'reg',
        dst: 'write',
        src: 'read',
        offset: from,
        imm: 'unused',
        since: 4,
      });
    }
    rows.push({
      kind: 'alu',
      op: 'neg',
      bits,
      from: 0,
      name: `neg${bits}`,
      opcode: cls | op.BPF_NEG | op.BPF_K,
      source: 'none',
      dst: 'update',
      src: 'unused',
      offset: 'unused',
      imm: 'unused',
      since: 1,
    });
  }
  return rows;
}

function endianForms(): Form[] {
  const orders = [
    ['le', op.BPF_ALU | op.BPF_END | op.BPF_TO_LE, 1],
    ['be', op.BPF_ALU | op.BPF_END | op.BPF_TO_BE, 1],
    ['bswap', op.BPF_ALU64 | op.BPF_END, 4],
  ] as const;
  return orders.flatMap(([order, opcode, since]) =>
    ([16, 32, 64] as const).map(
      (bits): Form => ({
        kind: 'endian',
        op: order,
        bits,
        name: `${order}${bits}`,
        opcode,
        dst: 'update',
        src: 'unused',
        offset: 'unused',
        imm: bits,
        since,
      }),
    ),
  );
}

function loadForms(): Form[] {
  const rows: Form[] = [];
  const pseudos = ['lddw', 'lddw_map', 'lddw_map_value', 'lddw_btf', 'lddw_func', 'lddw_map_idx', 'lddw_map_idx_value'];
  for (const [pseudo, name] of pseudos.entries()) {
    const opcode = op.BPF_LD | op.BPF_IMM | op.BPF_DW;
    rows.push({
      kind: 'lddw',
      pseudo,
      name,
      opcode,
      dst: 'write',
      src: pseudo,
      offset: 'unused',
      imm: 'any',
      since: 1,
    });
  }
  for (const [name, size, bits] of widths) {
    const common = { dst: 'write', src: 'read', offset: 'any', imm: 'unused', bits } as const;
    rows.push({
      ...common,
      kind: 'ldx',
      signed: false,
      name: `ldx${name}`,
      opcode: op.BPF_LDX | op.BPF_MEM | size,
      since: 1,
    });
    if (bits === 64) continue;
    rows.push({
      ...common,
      kind: 'ldx',
      signed: true,
      name: `ldxs${name}`,
      opcode: op.BPF_LDX | op.BPF_MEMSX | size,
      since: 4,
    });
    const legacy = { dst: 'unused', offset: 'unused', imm: 'any', bits, since: 1 } as const;
    rows.push({ ...legacy, kind: 'ldabs', name: `ldabs${name}`, opcode: op.BPF_LD | op.BPF_ABS | size, src: 'unused' });
    rows.push({ ...legacy, kind: 'ldind', name: `ldind${name}`, opcode: op.BPF_LD | op.BPF_IND | size, src: 'read' });
  }
  return rows;
}

function storeForms(): Form[] {
  return widths.flatMap(([name, size, bits]): Form[] => [
    {
      kind: 'st',
      bits,
      name: `st${name}`,
      opcode: op.BPF_ST | op.BPF_MEM | size,
      dst: 'read',
      src: 'unused',
      offset: 'any',
      imm: 'any',
      since: 1,
    },
    {
      kind: 'stx',
      bits,
      name: `stx${name}`,
      opcode: op.BPF_STX | op.BPF_MEM | size,
      dst: 'read',
      src: 'read',
      offset: 'any',
      imm: 'unused',
      since: 1,
    },
  ]);
}

function atomicForms(): Form[] {
  const rows: Form[] = [];
  const plain: readonly (readonly [AtomicOp, number])[] = [
    ['add', op.BPF_ADD],
    ['or', op.BPF_OR],
    ['and', op.BPF_AND],
    ['xor', op.BPF_XOR],
  ];
  const all: readonly (readonly [AtomicOp, number, boolean])[] = [
    ...plain.map(([name, imm]) => [name, imm, false] as const),
    ...plain.map(([name, imm]) => [name, imm | op.BPF_FETCH, true] as const),
    ['xchg', op.BPF_XCHG, true],
    ['cmpxchg', op.BPF_CMPXCHG, true],
  ];
  for (const [bits, size] of [
    [64, op.BPF_DW],
    [32, op.BPF_W],
  ] as const) {
    for (const [name, imm, fetch] of all) {
      const exchange = name === 'xchg' || name === 'cmpxchg';
      rows.push({
        kind: 'atomic',
        op: name,
        bits,
        fetch,
        name: `atomic_${fetch && !exchange ? 'fetch_' : ''}${name}${bits}`,
        opcode: op.BPF_STX | op.BPF_ATOMIC | size,
        dst: 'read',
        src: fetch && name !== 'cmpxchg' ? 'update' : 'read',
        offset: 'any',
        imm,
        since: name === 'add' && !fetch ? 1 : 3,
      });
    }
  }
  return rows;
}

function jumpForms(): Form[] {
  const none = { dst: 'unused', src: 'unused', offset: 'unused', imm: 'unused' } as const;
  const rows: Form[] = [
    { ...none, kind: 'ja', wide: false, name: 'ja', opcode: op.BPF_JMP | op.BPF_JA, offset: 'any', since: 1 },
    { ...none, kind: 'ja', wide: true, name: 'ja32', opcode: op.BPF_JMP32 | op.BPF_JA, imm: 'any', since: 4 },
    { ...none, kind: 'exit', name: 'exit', opcode: op.BPF_JMP | op.BPF_EXIT, since: 1 },
  ];
  const call = { ...none, kind: 'call', opcode: op.BPF_JMP | op.BPF_CALL, imm: 'any', since: 1 } as const;
  rows.push({ ...call, name: 'call', target: 'helper', src: 0 });
  rows.push({ ...call, name: 'call_local', target: 'local', src: op.BPF_PSEUDO_CALL });
  rows.push({ ...call, name: 'call_kfunc', target: 'kfunc', src: op.BPF_PSEUDO_KFUNC_CALL, offset: 'any' });
  const ops: readonly (readonly [JumpOp, number, 1 | 2])[] = [
    ['jeq', op.BPF_JEQ, 1],
    ['jgt', op.BPF_JGT, 1],
    ['jge', op.BPF_JGE, 1],
    ['jset', op.BPF_JSET, 1],
    ['jne', op.BPF_JNE, 1],
    ['jsgt', op.BPF_JSGT, 1],
    ['jsge', op.BPF_JSGE, 1],
    ['jlt', op.BPF_JLT, 2],
    ['jle', op.BPF_JLE, 2],
    ['jslt', op.BPF_JSLT, 2],
    ['jsle', op.BPF_JSLE, 2],
  ];
  for (const bits of [64, 32] as const) {
    const cls = bits === 64 ? op.BPF_JMP : op.BPF_JMP32;
    for (const [name, code, since64] of ops) {
      const since = bits === 32 ? 3 : since64;
      const common = { kind: 'jump', op: name, bits, dst: 'read', offset: 'any', since } as const;
      rows.push({
        ...common,
        name: `${name}${bits}_imm`,
        opcode: cls | code | op.BPF_K,
        source: 'imm',
        src: 'unused',
        imm: 'any',
      });
      rows.push({
        ...common,
        name: `${name}${bits}_reg`,
        opcode: cls | code | op.BPF_X,
        source: 'reg',
        src: 'read',
        imm: 'unused',
      });
    }
  }
  return rows;
}
