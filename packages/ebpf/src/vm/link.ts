import { type HelperRow, helperById, helperFor } from '../abi/index.ts';
import { decode } from '../isa/decode.ts';
import type { Form } from '../isa/form.ts';
import type { Instruction } from '../isa/instruction.ts';
import { BPF_PSEUDO_FUNC, FRAME_POINTER } from '../isa/opcode.ts';
import type { ProgramSpec, ProgramType } from '../spec.ts';
import { checkFunctions } from './check-functions.ts';

const SKB_LOAD_BYTES = 26;

/** Machine code with everything looked up: what both engines start from. */
export interface LinkedCode {
  readonly name: string;
  readonly type: ProgramType;
  /** LDDW holds its final constant. */
  readonly instructions: readonly Instruction[];
  readonly forms: readonly Form[];
  readonly slotOf: Int32Array;
  /** Where a jump, a local call or a reference to a function goes, as an instruction index; -1 in other instructions. */
  readonly targets: Int32Array;
  /** Which map an LDDW loads a pointer to; 0 in other instructions. */
  readonly mapIds: Int32Array;
  /** The row of the helper that a call calls. */
  readonly helpers: readonly (HelperRow | undefined)[];
  /** First instruction of each function, ascending; the program itself begins at 0. */
  readonly functions: readonly number[];
  /** Those of them that are handed to helpers, by first instruction: a pointer to a function is that number. */
  readonly callbacks: readonly number[];
}

/** Why code cannot be loaded. */
export interface LinkProblem {
  /** `I…` from decoding; L001 unresolved reference, L002 bad jump, L003 falls off its end, L004 unknown helper, L005 not supported, L006 calls too deep, L007 r10 written. */
  readonly code: string;
  readonly slot: number;
  readonly message: string;
}

export type LinkResult =
  | { readonly ok: true; readonly code: LinkedCode }
  | { readonly ok: false; readonly problem: LinkProblem };

/** Answers what a relocation stands for: a map's id, or the address of its value. */
export interface Resolver {
  mapId(name: string): number | undefined;
  /** Address of byte 0 of an array map's only value. */
  mapValue(name: string): number | undefined;
  hasHelper(id: number): boolean;
}

/** Decodes a program, resolves its relocations and looks up targets and helpers. */
export function link(
  program: Pick<ProgramSpec, 'name' | 'type' | 'code' | 'relocations'>,
  resolver: Resolver,
): LinkResult {
  const decoded = decode(program.code);
  if (!decoded.ok) return decoded;
  const { forms, slotOf, indexOf } = decoded;
  const instructions = [...decoded.instructions];
  const refuse = (code: string, slot: number, message: string): LinkResult => ({
    ok: false,
    problem: { code, slot, message: `${program.name}: ${message}` },
  });

  const mapIds = new Int32Array(instructions.length);
  for (const relocation of program.relocations) {
    const index = indexOf[relocation.slot] ?? -1;
    const lddw = instructions[index];
    if (lddw === undefined || forms[index]!.kind !== 'lddw') {
      return refuse('L001', relocation.slot, `a relocation names slot ${relocation.slot}, which is not an LDDW`);
    }
    const base = relocation.kind === 'map' ? resolver.mapId(relocation.map) : resolver.mapValue(relocation.map);
    if (base === undefined) return refuse('L001', relocation.slot, `there is no map ${relocation.map}`);
    const value = relocation.kind === 'map' ? base : base + relocation.offset;
    if (relocation.kind === 'map') mapIds[index] = base;
    instructions[index] = { ...lddw, src: 0, imm: value, imm64: BigInt(value) };
  }

  const targets = new Int32Array(instructions.length).fill(-1);
  const helpers: (HelperRow | undefined)[] = [];
  const functions = new Set([0]);
  const callbacks = new Set<number>();
  for (let i = 0; i < instructions.length; i++) {
    const instruction = instructions[i]!;
    const form = forms[i]!;
    const slot = slotOf[i]!;
    helpers.push(undefined);
    if (form.kind === 'lddw' && instruction.src !== 0 && instruction.src !== BPF_PSEUDO_FUNC)
      return refuse('L001', slot, 'an LDDW refers to something that was not resolved');
    if (writesFramePointer(instruction, form)) return refuse('L007', slot, 'frame pointer is read only');
    const distance = distanceOf(instruction, form);
    if (distance !== undefined) {
      const target = indexOf[slot + 1 + distance];
      if (target === undefined || target < 0)
        return refuse('L002', slot, `jump out of range from insn ${slot} to ${slot + 1 + distance}`);
      targets[i] = target;
      if (form.kind === 'call') functions.add(target);
      if (form.kind === 'lddw') {
        functions.add(target);
        callbacks.add(target);
        instructions[i] = { ...instruction, src: 0, imm: target, imm64: BigInt(target) };
      }
    }
    if (form.kind === 'call' && form.target === 'kfunc')
      return refuse('L005', slot, 'calls of kernel functions are not supported');
    if ((form.kind === 'ldabs' || form.kind === 'ldind') && !resolver.hasHelper(SKB_LOAD_BYTES)) {
      return refuse('L004', slot, 'this kernel has no bpf_skb_load_bytes, which packet loads need');
    }
    if (form.kind === 'call' && form.target === 'helper') {
      const row = helperFor(instruction.imm, program.type) ?? helperById(instruction.imm);
      if (!row) return refuse('L004', slot, `invalid func unknown#${instruction.imm}`);
      if (!resolver.hasHelper(row.id))
        return refuse('L004', slot, `this kernel has no helper bpf_${row.name}#${row.id}`);
      helpers[i] = row;
    }
  }
  const code: LinkedCode = {
    name: program.name,
    type: program.type,
    instructions,
    forms,
    slotOf,
    targets,
    mapIds,
    helpers,
    functions: [...functions].sort((a, b) => a - b),
    callbacks: [...callbacks],
  };
  const complaint = checkFunctions(code);
  if (complaint) return refuse(complaint.code, slotOf[complaint.index]!, complaint.message);
  return { ok: true, code };
}

function writesFramePointer({ dst, src }: Instruction, form: Form): boolean {
  const writes = (use: Form['dst']): boolean => use === 'write' || use === 'update';
  return (dst === FRAME_POINTER && writes(form.dst)) || (src === FRAME_POINTER && writes(form.src));
}

/** Slots from the next instruction to where this one goes, if it jumps or calls locally. */
function distanceOf(instruction: Instruction, form: Form): number | undefined {
  if (form.kind === 'jump') return instruction.offset;
  if (form.kind === 'ja') return form.wide ? instruction.imm : instruction.offset;
  if (form.kind === 'lddw' && instruction.src === BPF_PSEUDO_FUNC) return instruction.imm;
  return form.kind === 'call' && form.target === 'local' ? instruction.imm : undefined;
}
