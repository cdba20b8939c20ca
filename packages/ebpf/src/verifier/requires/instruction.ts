import type { Form } from '../../isa/form.ts';
import {
  BPF_PSEUDO_MAP_FD,
  BPF_PSEUDO_MAP_IDX,
  BPF_PSEUDO_MAP_IDX_VALUE,
  BPF_PSEUDO_MAP_VALUE,
} from '../../isa/opcode.ts';
import { BPF_COMPLEXITY_LIMIT_JMP_SEQ, BPF_MAX_VAR_OFF, MAX_CALL_FRAMES } from '../limits.ts';
import type { Machine } from '../machine.ts';
import { isPacket, isSocket, kindName } from '../state/value.ts';
import { requireAlu } from './alu.ts';
import { requireExit, requireNoReferences } from './exit.ts';
import { requireUnmoved } from './fixed-offset.ts';
import { requireHelperCall } from './helper-call.ts';
import { requireMemory } from './memory.ts';
import { requireReadable, requireWritable } from './registers.ts';

/**
 * What the instruction at hand requires of the state: undefined, or the kernel's words why it is refused. What it then
 * does to the state is in `does/instruction.ts`.
 */
export function requirement(m: Machine): string | undefined {
  const form = m.form;
  const { dst, src } = m.instruction;
  switch (form.kind) {
    case 'alu':
      return requireAlu(m, form);
    case 'endian':
      return requireReadable(m, dst) ?? requireWritable(dst);
    case 'lddw':
      return requireWritable(dst) ?? requireLddw(m, form);
    case 'ldx':
      return requireReadable(m, src) ?? requireWritable(dst) ?? requireLoad(m, form.bits / 8, form.signed);
    case 'st':
      return requireReadable(m, dst) ?? requireStore(m, form.bits / 8, undefined);
    case 'stx':
      return requireReadable(m, src) ?? requireReadable(m, dst) ?? requireStore(m, form.bits / 8, src);
    case 'atomic':
      return requireAtomic(m, form);
    case 'jump':
      return requireJump(m, form);
    case 'ja':
      return undefined;
    case 'call':
      return requireCall(m, form);
    case 'exit':
      return requireExit(m);
    case 'ldabs':
    case 'ldind':
      return requireLegacyLoad(m, form.kind === 'ldind');
    default:
      return form satisfies never;
  }
}

const MIXED = 'same insn cannot be used with different pointers';

function requireLoad(m: Machine, size: number, signed: boolean): string | undefined {
  const { src, offset } = m.instruction;
  const refused = requireMemory(m, { base: src, offset, size, write: false, signed });
  return refused ?? (m.pointerKindClashes(m.register(src).kind) ? MIXED : undefined);
}

function requireStore(m: Machine, size: number, source: number | undefined): string | undefined {
  const { dst, offset } = m.instruction;
  const refused = requireMemory(m, { base: dst, offset, size, write: true, source });
  return refused ?? (m.pointerKindClashes(m.register(dst).kind) ? MIXED : undefined);
}

/** Kernel: kernel/bpf/verifier.c check_atomic_rmw(). */
function requireAtomic(m: Machine, form: Extract<Form, { kind: 'atomic' }>): string | undefined {
  const { dst, src, offset } = m.instruction;
  const unreadable =
    requireReadable(m, src) ?? requireReadable(m, dst) ?? (form.op === 'cmpxchg' ? requireReadable(m, 0) : undefined);
  if (unreadable) return unreadable;
  const pointer = m.register(dst);
  if (pointer.kind === 'ctx' || isPacket(pointer) || isSocket(pointer)) {
    return `BPF_ATOMIC stores into R${dst} ${kindName(pointer)} is not allowed`;
  }
  if (form.fetch) {
    const loaded = form.op === 'cmpxchg' ? 0 : src;
    const readOnly = requireWritable(loaded);
    if (readOnly) return readOnly;
    // The old value takes the address's place before the access is looked at.
    if (loaded === dst) return `R${dst} invalid mem access 'scalar'`;
  }
  const use = { base: dst, offset, size: form.bits / 8, strict: true };
  const refused = requireMemory(m, { ...use, write: false }) ?? requireMemory(m, { ...use, write: true });
  return refused ?? (m.pointerKindClashes(pointer.kind) ? MIXED : undefined);
}

/** Kernel: kernel/bpf/verifier.c check_cond_jmp_op(). */
function requireJump(m: Machine, form: Extract<Form, { kind: 'jump' }>): string | undefined {
  const { dst, src } = m.instruction;
  if (m.pending.length >= BPF_COMPLEXITY_LIMIT_JMP_SEQ) {
    return `The sequence of ${m.pending.length + 1} jumps is too complex.`;
  }
  return requireReadable(m, dst) ?? (form.source === 'reg' ? requireReadable(m, src) : undefined);
}

/** Kernel: kernel/bpf/verifier.c resolve_pseudo_ldimm64(). */
function requireLddw(m: Machine, form: Extract<Form, { kind: 'lddw' }>): string | undefined {
  if (form.pseudo === 0) return undefined;
  const value = form.pseudo === BPF_PSEUDO_MAP_VALUE || form.pseudo === BPF_PSEUDO_MAP_IDX_VALUE;
  if (!value && form.pseudo !== BPF_PSEUDO_MAP_FD && form.pseudo !== BPF_PSEUDO_MAP_IDX) {
    return 'unrecognized bpf_ld_imm64 insn';
  }
  const reference = m.mapReference;
  if (!reference) return 'fd 0 is not pointing to valid bpf_map';
  if (!value) return reference.offset === undefined ? undefined : 'unrecognized bpf_ld_imm64 insn';
  const { map, offset = 0 } = reference;
  if (offset >= BPF_MAX_VAR_OFF) return `direct value offset of ${offset} is not allowed`;
  if (map.type !== 'array') return 'no direct value access support for this map type';
  if (map.maxEntries !== 1 || offset < 0 || offset >= map.valueSize) {
    return `invalid access to map value pointer, value_size=${map.valueSize} off=${offset}`;
  }
  return undefined;
}

function requireCall(m: Machine, form: Extract<Form, { kind: 'call' }>): string | undefined {
  switch (form.target) {
    case 'helper':
      return requireHelperCall(m);
    case 'kfunc':
      return 'calling kernel function is not supported';
    case 'local': {
      const frames = m.state.depth + 2;
      return frames > MAX_CALL_FRAMES ? `the call stack of ${frames} frames is too deep` : undefined;
    }
    default:
      return form.target satisfies never;
  }
}

/** Kernel: kernel/bpf/verifier.c check_ld_abs(). */
function requireLegacyLoad(m: Machine, indirect: boolean): string | undefined {
  const { type } = m.program.input;
  if (type !== 'socket_filter' && type !== 'sched_cls') {
    return 'BPF_LD_[ABS|IND] instructions not allowed for this program type';
  }
  const unreadable = requireReadable(m, 6);
  if (unreadable) return unreadable;
  if (requireNoReferences(m)) return 'BPF_LD_[ABS|IND] cannot be mixed with socket references';
  const r6 = m.register(6);
  if (r6.kind !== 'ctx') return 'at the time of BPF_LD_ABS|IND R6 != pointer to skb';
  return (indirect ? requireReadable(m, m.instruction.src) : undefined) ?? requireUnmoved(r6, 6);
}
