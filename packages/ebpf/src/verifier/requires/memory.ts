import { formatTnum, tnumAdd, tnumConst, tnumIsAligned } from '../domain/tnum.ts';
import type { Machine } from '../machine.ts';
import { kindName, type Value, type ValueKind } from '../state/value.ts';
import { type Access, requireInside } from './bounds.ts';
import { requireContext, requireSocket } from './context.ts';
import { requireMapValue } from './map-value.ts';
import { mayAccessPacket, requirePacket } from './packet.ts';
import { requireStackBounds, requireStackLoad, requireStackStore } from './stack.ts';

export interface MemoryUse {
  /** Register that holds the address. */
  readonly base: number;
  readonly offset: number;
  readonly size: number;
  readonly write: boolean;
  /** Register stored; undefined for a constant, or for what an atomic operation leaves. */
  readonly source?: number | undefined;
  /** A load that extends the sign. */
  readonly signed?: boolean;
  /** Aligned even where the machine would not mind: atomic operations. */
  readonly strict?: boolean;
}

/** The access that an instruction makes through the register `base`. */
export function accessOf(m: Machine, use: MemoryUse): Access {
  const pointer = m.register(use.base);
  const { size, write, base: register } = use;
  return { register, pointer, off: pointer.off + use.offset, size, write, zeroAllowed: false };
}

/**
 * What a load or store requires of its address.
 *
 * Kernel: kernel/bpf/verifier.c check_mem_access().
 */
export function requireMemory(m: Machine, use: MemoryUse): string | undefined {
  const access = accessOf(m, use);
  const { pointer } = access;
  return requireAlignment(m, use, pointer) ?? requireAccess(m, access, use);
}

function requireAccess(m: Machine, access: Access, use: MemoryUse): string | undefined {
  const { pointer, register, write } = access;
  const unusable = `R${register} invalid mem access '${kindName(pointer)}'`;
  if (pointer.orNull) return unusable;
  switch (pointer.kind) {
    case 'map_value':
      return requireMapValue(access);
    case 'ringbuf_mem':
      return requireReserved(access);
    case 'ctx':
      return requireContext(m.program, access, use.signed ?? false);
    case 'fp':
      return (
        requireStackBounds(m, access, false) ??
        (write ? requireStackStore(m, access, use.source) : requireStackLoad(m, access))
      );
    case 'pkt':
    case 'pkt_meta':
      if (write && !mayAccessPacket(m.program.input.type, true)) return 'cannot write into packet';
      return requirePacket(access);
    case 'sock':
    case 'sock_common':
    case 'xdp_sock':
      return requireSocket(access);
    case '?':
    case 'scalar':
    case 'map_ptr':
    case 'pkt_end':
      return unusable;
    default:
      return pointer.kind satisfies never;
  }
}

/** An access to memory reserved in a ring buffer. */
export function requireReserved(access: Access): string | undefined {
  const { memBytes } = access.pointer;
  return requireInside(
    access,
    memBytes,
    (off) => `invalid access to memory, mem_size=${memBytes} off=${off} size=${access.size}`,
  );
}

const DESCRIPTION: Partial<Record<ValueKind, string>> = {
  map_value: 'value ',
  ctx: 'context ',
  fp: 'stack ',
  sock: 'sock ',
  sock_common: 'sock_common ',
  xdp_sock: 'xdp_sock ',
};

/** Bytes that Linux leaves before a frame so that its IP header is aligned. */
const NET_IP_ALIGN = 2;

/**
 * The address is a multiple of the size: always on the stack, elsewhere where asked for.
 * Kernel: kernel/bpf/verifier.c check_ptr_alignment().
 */
export function requireAlignment(
  m: Machine,
  use: Pick<MemoryUse, 'offset' | 'size' | 'strict'>,
  pointer: Value,
): string | undefined {
  const { size, offset } = use;
  const strict = use.strict || (m.options.strictAlignment ?? false) || pointer.kind === 'fp';
  if (!strict || size === 1) return undefined;
  const packet = pointer.kind === 'pkt' || pointer.kind === 'pkt_meta';
  const fixed = pointer.off + offset + (packet ? NET_IP_ALIGN : 0);
  if (tnumIsAligned(tnumAdd(pointer.bounds.bits, tnumConst(BigInt(fixed))), size)) return undefined;
  const variable = formatTnum(pointer.bounds.bits);
  return packet
    ? `misaligned packet access off ${NET_IP_ALIGN}+${variable}+${pointer.off}+${offset} size ${size}`
    : `misaligned ${DESCRIPTION[pointer.kind] ?? ''}access off ${variable}+${pointer.off}+${offset} size ${size}`;
}
