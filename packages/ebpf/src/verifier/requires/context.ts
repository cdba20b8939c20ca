import { type ContextField, type ContextRow, contextFieldFor } from '../../abi/context.ts';
import { SOCKET_VIEWS } from '../../abi/contexts.ts';
import { MAX_BPF_FUNC_ARGS, PERF_MAX_TRACE_SIZE } from '../limits.ts';
import type { Program } from '../program.ts';
import { kindName } from '../state/value.ts';
import { type Access, negative } from './bounds.ts';
import { requireUnmoved } from './fixed-offset.ts';

/** The field of the context that is accessed; undefined where none allows it, or the context has no fields. */
export function contextField(program: Program, off: number, size: number, write: boolean): ContextField | undefined {
  const { type, attachType } = program.input;
  return program.context && contextFieldFor(program.context, { offset: off, size, write, type, attachType });
}

/**
 * An access to the context: at a fixed offset, to a field that programs of this type may use so. Pointers are not
 * loaded sign-extended.
 * Kernel: kernel/bpf/verifier.c check_ctx_access() and `is_valid_access` of each program type.
 */
export function requireContext(program: Program, access: Access, signed: boolean): string | undefined {
  const { off, size, write } = access;
  const moved = requireUnmoved(access.pointer, access.register);
  if (moved) return moved;
  const refused = `invalid bpf_context access off=${off} size=${size}`;
  if (!program.context) return isPlainContext(program, off, size, write) ? undefined : refused;
  const field = contextField(program, off, size, write);
  if (!field) return refused;
  if (field.kind === 'kernel-pointer') {
    return `${refused}: typed kernel pointers are not supported`;
  }
  return signed && field.kind !== 'scalar' ? refused : undefined;
}

/** Contexts without a struct: an array of arguments, or a tracepoint's record. */
function isPlainContext(program: Program, off: number, size: number, write: boolean): boolean {
  if (write || off < 0 || off % size !== 0) return false;
  switch (program.input.type) {
    case 'raw_tracepoint':
      return off + size <= MAX_BPF_FUNC_ARGS * 8;
    case 'tracepoint':
      return off >= 8 && off + size <= PERF_MAX_TRACE_SIZE;
    default:
      return false;
  }
}

/**
 * An access through a socket pointer reads a field of `struct bpf_sock`.
 * Kernel: kernel/bpf/verifier.c check_sock_access().
 */
export function requireSocket(access: Access): string | undefined {
  const { register, pointer, off, size, write } = access;
  if (write) return `R${register} cannot write into ${kindName(pointer)}`;
  if (pointer.bounds.smin < 0n) return negative(register);
  const view: ContextRow | undefined =
    pointer.kind === 'sock'
      ? SOCKET_VIEWS.socket
      : pointer.kind === 'sock_common'
        ? SOCKET_VIEWS.sockCommon
        : undefined;
  const field = view && contextFieldFor(view, { offset: off, size, write, type: 'sched_cls' });
  return field ? undefined : `R${register} invalid ${kindName(pointer)} access off=${off} size=${size}`;
}
