import { isConstant } from '../domain/bounds.ts';
import { BPF_MAX_VAR_SIZ } from '../limits.ts';
import type { Machine } from '../machine.ts';
import { isNull, kindName, type ValueKind } from '../state/value.ts';
import type { Access } from './bounds.ts';
import type { HelperPlan } from './helper-plan.ts';
import { requireMapValue } from './map-value.ts';
import { requireReserved } from './memory.ts';
import { requirePacket } from './packet.ts';
import { requireStackBounds, requireStackRange, stackOffsets } from './stack.ts';

/** Memory that a helper gets through a register. */
export interface HelperMemory {
  readonly register: number;
  readonly size: number;
  readonly write: boolean;
  readonly zeroAllowed: boolean;
  /** The helper writes all of it without reading: it need not be initialised. */
  readonly fills: boolean;
}

/** Kinds of pointers to memory, in the order in which the kernel's message lists them. */
export const MEMORY_KINDS: ReadonlySet<ValueKind> = new Set(['fp', 'pkt', 'pkt_meta', 'map_value', 'ringbuf_mem']);
export const MEMORY_EXPECTED = 'fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_';

/**
 * The helper may use `size` bytes where the register points. What it does to the stack is added to the plan.
 * Kernel: kernel/bpf/verifier.c check_helper_mem_access().
 */
export function requireHelperMemory(m: Machine, memory: HelperMemory, plan: HelperPlan): string | undefined {
  const { register, size, write, zeroAllowed } = memory;
  const pointer = m.register(register);
  const access: Access = { register, pointer, off: pointer.off, size, write, zeroAllowed };
  switch (pointer.kind) {
    case 'pkt':
    case 'pkt_meta':
      return requirePacket(access);
    case 'map_value':
      return requireMapValue(access);
    case 'ringbuf_mem':
      return requireReserved(access);
    case 'fp':
      return requireHelperStack(m, access, memory.fills, plan);
    case '?':
    case 'scalar':
    case 'ctx':
    case 'map_ptr':
    case 'pkt_end':
    case 'sock':
    case 'sock_common':
    case 'xdp_sock':
      if (zeroAllowed && size === 0 && isNull(pointer)) return undefined;
      return `R${register} type=${kindName(pointer)} expected=fp`;
    default:
      return pointer.kind satisfies never;
  }
}

function requireHelperStack(m: Machine, access: Access, fills: boolean, plan: HelperPlan): string | undefined {
  const { pointer, size } = access;
  if (size === 0 && !access.zeroAllowed) return 'invalid zero-sized read';
  const filled = fills && isConstant(pointer.bounds);
  const refused = filled ? requireStackBounds(m, access, true) : requireStackRange(m, access, true);
  if (refused) return refused;
  const { min, max } = stackOffsets(access);
  plan.stack.push({ frame: pointer.frame, from: min, to: max + size, written: access.write, filled });
  return undefined;
}

/**
 * The register holds the number of bytes of the memory in the register before it.
 * Kernel: kernel/bpf/verifier.c check_mem_size_reg().
 */
export function requireMemorySize(
  m: Machine,
  memory: Omit<HelperMemory, 'size'>,
  plan: HelperPlan,
): string | undefined {
  const size = memory.register + 1;
  const { bounds } = m.register(size);
  plan.sizeMax = bounds.umax;
  if (bounds.smin < 0n) return `R${size} min value is negative, either use unsigned or 'var &= const'`;
  if (bounds.umin === 0n && !memory.zeroAllowed) {
    return `R${size} invalid zero-sized read: u64=[${bounds.umin},${bounds.umax}]`;
  }
  if (bounds.umax >= BigInt(BPF_MAX_VAR_SIZ)) {
    return `R${size} unbounded memory access, use 'var &= const' or 'if (var < const)'`;
  }
  const fills = memory.fills && isConstant(bounds);
  plan.precise.push(size);
  return requireHelperMemory(m, { ...memory, fills, size: Number(bounds.umax) }, plan);
}
