import type { HelperArg } from '../../abi/helper.ts';
import { helperById, helperFor } from '../../abi/helpers.ts';
import { isConstant } from '../domain/bounds.ts';
import type { Machine } from '../machine.ts';
import { isNull, isPacket, kindName, type Value, type ValueKind } from '../state/value.ts';
import { requireNoReferences } from './exit.ts';
import { requireUnmoved } from './fixed-offset.ts';
import { helperFitsAttachType } from './helper-attach.ts';
import { MEMORY_EXPECTED, MEMORY_KINDS, requireHelperMemory, requireMemorySize } from './helper-memory.ts';
import { type HelperPlan, newHelperPlan } from './helper-plan.ts';
import { requireMapForHelper } from './map-helper.ts';
import { requireAlignment } from './memory.ts';
import { mayAccessPacket } from './packet.ts';
import { requireReadable } from './registers.ts';

/** What a helper call requires. Kernel: kernel/bpf/verifier.c check_helper_call(). */
export function requireHelperCall(m: Machine): string | undefined {
  const plan = planHelperCall(m);
  return typeof plan === 'string' ? plan : undefined;
}

/** Checks the call at hand, argument by argument, and gathers what it will do. */
export function planHelperCall(m: Machine): HelperPlan | string {
  const id = m.instruction.imm;
  const { type, attachType } = m.program.input;
  const row = helperFor(id, type);
  if (!row || !helperFitsAttachType(row.name, attachType)) {
    const known = helperById(id);
    return known ? `program of this type cannot use helper bpf_${known.name}#${id}` : `invalid func unknown#${id}`;
  }
  if (row.gplOnly && !m.program.gplCompatible) {
    return 'cannot call GPL-restricted function from non-GPL compatible program';
  }
  const plan = newHelperPlan(row);
  for (let i = 0; i < row.args.length; i++) {
    const refused = requireArgument(m, i + 1, plan);
    if (refused) return refused;
  }
  return requireMapForHelper(plan) ?? requireNoBorrowing(m, plan) ?? plan;
}

/** A tail call does not return: nothing borrowed could be given back. */
function requireNoBorrowing(m: Machine, plan: HelperPlan): string | undefined {
  if (plan.row.name !== 'tail_call') return undefined;
  return requireNoReferences(m) && 'tail_call would lead to reference leak';
}

/** Kernel: kernel/bpf/verifier.c check_func_arg(). */
function requireArgument(m: Machine, register: number, plan: HelperPlan): string | undefined {
  const arg = plan.row.args[register - 1]!;
  const unreadable = requireReadable(m, register);
  if (unreadable) return unreadable;
  if (arg === 'u32' || arg === 'u64' || arg === 'address') return undefined;
  const value = m.register(register);
  if (isPacket(value) && !(plan.row.packetAccess && mayAccessPacket(m.program.input.type, false))) {
    return 'helper access to the packet is not allowed';
  }
  if (isNull(value) && NULLABLE.has(arg)) {
    plan.precise.push(register);
    return undefined;
  }
  const refused = requireKind(value, register, arg) ?? noteReference(value, register, plan);
  return refused ?? requireContent(m, register, value, plan);
}

const NULLABLE: ReadonlySet<HelperArg> = new Set(['ctx-or-null', 'mem-read-or-null', 'socket-or-null']);
const SOCKETS: ReadonlySet<ValueKind> = new Set(['sock_common', 'sock', 'xdp_sock']);

/** Which kinds an argument may be of, and how the kernel's message lists them. */
const ACCEPTED: Readonly<Record<HelperArg, readonly [ReadonlySet<ValueKind>, string] | undefined>> = {
  ctx: [new Set(['ctx']), 'ctx'],
  'ctx-or-null': [new Set(['ctx']), 'ctx'],
  map: [new Set(['map_ptr']), 'map_ptr'],
  'map-key': [MEMORY_KINDS, MEMORY_EXPECTED],
  'map-value': [MEMORY_KINDS, MEMORY_EXPECTED],
  'mem-read': [MEMORY_KINDS, MEMORY_EXPECTED],
  'mem-read-or-null': [MEMORY_KINDS, MEMORY_EXPECTED],
  'mem-write': [MEMORY_KINDS, MEMORY_EXPECTED],
  'mem-update': [MEMORY_KINDS, MEMORY_EXPECTED],
  size: [new Set(['scalar']), 'scalar'],
  'size-or-zero': [new Set(['scalar']), 'scalar'],
  'alloc-size': [new Set(['scalar']), 'scalar'],
  'alloc-mem': [new Set(['ringbuf_mem']), 'ringbuf_mem'],
  u32: undefined,
  u64: undefined,
  address: undefined,
  'u32-update': [MEMORY_KINDS, MEMORY_EXPECTED],
  'u64-write': [MEMORY_KINDS, MEMORY_EXPECTED],
  'sock-release': [SOCKETS, 'sock_common, sock, tcp_sock, xdp_sock, ptr_, trusted_ptr_'],
  'sock-common': [SOCKETS, 'sock_common, sock, tcp_sock, xdp_sock'],
  'socket-or-null': [new Set(['sock']), 'sock'],
  callback: [new Set(), 'func'],
  'callback-ctx': [new Set(['fp']), 'fp'],
};

/** Kernel: kernel/bpf/verifier.c check_reg_type(), check_func_arg_reg_off(). */
function requireKind(value: Value, register: number, arg: HelperArg): string | undefined {
  const accepted = ACCEPTED[arg];
  if (!accepted) return undefined;
  const [kinds, expected] = accepted;
  if (!kinds.has(value.kind) || (value.orNull && !NULLABLE.has(arg))) {
    return `R${register} type=${kindName(value)} expected=${expected}`;
  }
  if (arg === 'alloc-mem' || arg === 'sock-release') {
    if (value.off !== 0) {
      return `R${register} must have zero offset when passed to release func or trusted arg to kfunc`;
    }
    return requireUnmoved(value, register);
  }
  return MEMORY_KINDS.has(value.kind) || value.kind === 'scalar' ? undefined : requireUnmoved(value, register);
}

function noteReference(value: Value, register: number, plan: HelperPlan): string | undefined {
  const arg = plan.row.args[register - 1];
  if (arg === 'alloc-mem' || arg === 'sock-release') {
    if (value.reference === 0) return `R${register} must be referenced when passed to release function`;
    plan.releases = true;
  }
  if (value.reference === 0) return undefined;
  if (plan.reference !== 0)
    return `more than one arg with ref_obj_id R${register} ${value.reference} ${plan.reference}`;
  plan.reference = value.reference;
  return undefined;
}

function requireContent(m: Machine, register: number, value: Value, plan: HelperPlan): string | undefined {
  const arg = plan.row.args[register - 1]!;
  const fixed = (size: number, write: boolean, fills: boolean) =>
    requireHelperMemory(m, { register, size, write, zeroAllowed: false, fills }, plan);
  switch (arg) {
    case 'map':
      plan.map = value.map;
      return undefined;
    case 'map-key':
      return plan.map ? fixed(plan.map.keySize, false, false) : 'invalid map_ptr to access map->key';
    case 'map-value':
      return plan.map ? fixed(plan.map.valueSize, false, false) : 'invalid map_ptr to access map->value';
    case 'u32-update':
      return fixed(4, true, false) ?? requireAlignment(m, { offset: 0, size: 4, strict: true }, value);
    case 'u64-write':
      return fixed(8, true, true) ?? requireAlignment(m, { offset: 0, size: 8, strict: true }, value);
    case 'size':
    case 'size-or-zero': {
      const memory = plan.row.args[register - 2];
      const write = memory === 'mem-write' || memory === 'mem-update';
      const fills = memory === 'mem-write';
      return requireMemorySize(m, { register: register - 1, write, zeroAllowed: arg === 'size-or-zero', fills }, plan);
    }
    case 'alloc-size':
      if (!isConstant(value.bounds)) return `R${register} is not a known constant'`;
      plan.allocBytes = Number(BigInt.asUintN(32, value.bounds.bits.value));
      plan.precise.push(register);
      return undefined;
    case 'callback':
    case 'callback-ctx':
    case 'ctx':
    case 'ctx-or-null':
    case 'mem-read':
    case 'mem-read-or-null':
    case 'mem-write':
    case 'mem-update':
    case 'alloc-mem':
    case 'u32':
    case 'u64':
    case 'address':
    case 'sock-release':
    case 'sock-common':
    case 'socket-or-null':
      return undefined;
    default:
      return arg satisfies never;
  }
}
