import { MutableBounds, UNBOUNDED } from '../domain/bounds.ts';
import { settle } from '../domain/sync.ts';
import type { Machine } from '../machine.ts';
import { planHelperCall } from '../requires/helper-call.ts';
import type { HelperPlan } from '../requires/helper-plan.ts';
import { BYTE } from '../state/stack-cell.ts';
import { isPacketOrEnd, markPrecise, pointer, scalar, UNINITIALISED, unknown, type Value } from '../state/value.ts';
import { doExit } from './call.ts';
import { storeBytes, useStack } from './memory.ts';
import { dropReference } from './null-check.ts';

const BORROWERS: ReadonlySet<string> = new Set(['sk_lookup_tcp', 'sk_lookup_udp', 'skc_lookup_tcp', 'ringbuf_reserve']);
/** Give the same object as another kind; what was borrowed stays borrowed. */
const CASTS: ReadonlySet<string> = new Set(['sk_fullsock']);

/** Calls a helper. Returns the next slot. Kernel: kernel/bpf/verifier.c check_helper_call(). */
export function doHelperCall(m: Machine): number {
  const plan = planHelperCall(m);
  if (typeof plan === 'string') throw new Error(`a helper call was let pass: ${plan}`);
  for (const register of plan.precise) markPrecise(m.register(register));
  useMemory(m, plan);
  if (plan.releases) release(m, plan.reference);
  for (let i = 0; i <= 5; i++) m.setRegister(i, UNINITIALISED);
  m.setRegister(0, returned(m, plan));
  if (plan.row.name === 'tail_call') return afterTailCall(m);
  if (plan.row.changesPacketData) forgetPacket(m);
  return m.slot + 1;
}

/** Packet pointers turn to plain numbers. Kernel: kernel/bpf/verifier.c clear_all_pkt_pointers(). */
function forgetPacket(m: Machine): void {
  m.state.replaceAll((value) => (isPacketOrEnd(value) ? unknown() : value));
}

/**
 * A tail call may fail: the program goes on as it was. It may succeed: then a function of the program has returned some
 * number, and the packet may have changed.
 */
function afterTailCall(m: Machine): number {
  if (m.state.depth === 0) return m.slot + 1;
  m.push(m.slot + 1);
  forgetPacket(m);
  m.setRegister(0, unknown());
  return doExit(m)!;
}

/** Stack that a helper writes loses what was known of it; what it reads matters to what comes. */
function useMemory(m: Machine, plan: HelperPlan): void {
  for (const { frame, from, to, written, filled } of plan.stack) {
    if (from === to) continue;
    m.touchStack(frame, from);
    if (!filled) useStack(m, frame, from, to);
    if (written) storeBytes(m, frame, from, to, BYTE.misc);
  }
}

/** What is given back is not pointed to any more: the pointers are plain numbers. */
function release(m: Machine, id: number): void {
  dropReference(m.state, id);
  m.state.replaceAll((value) => (value.reference === id ? unknown() : value));
}

function returned(m: Machine, plan: HelperPlan): Value {
  const { row } = plan;
  switch (row.returns) {
    case 'int':
    case 'u32':
    case 'u64':
      return row.name === 'probe_read_kernel_str' ? scalar(upTo(plan.sizeMax)) : unknown();
    case 'void':
      return UNINITIALISED;
    case 'map-value-or-null':
      return pointer('map_value', { orNull: true, id: m.nextId(), map: plan.map });
    case 'alloc-mem-or-null':
      return pointer('ringbuf_mem', { orNull: true, ...identity(m, plan), memBytes: plan.allocBytes });
    case 'socket-or-null':
      return pointer('sock', { orNull: true, ...identity(m, plan) });
    case 'sock-common-or-null':
      return pointer('sock_common', { orNull: true, ...identity(m, plan) });
    default:
      return row.returns satisfies never;
  }
}

/** A new id; for what was borrowed it is the reference too. */
function identity(m: Machine, plan: HelperPlan): { id: number; reference: number } {
  if (!BORROWERS.has(plan.row.name)) {
    return { id: m.nextId(), reference: CASTS.has(plan.row.name) ? plan.reference : 0 };
  }
  // Linux numbers the pointer that may be NULL, and then the loan, which takes its place.
  m.nextId();
  const id = m.nextId();
  m.state.references = [...m.state.references, { id, slot: m.slot }];
  return { id, reference: id };
}

const MAX_ERRNO = 4095;

/** A length, at most `max`, or a negative error number. Kernel: kernel/bpf/verifier.c do_refine_retval_range(). */
function upTo(max: bigint): Value['bounds'] {
  const b = new MutableBounds(UNBOUNDED);
  b.smin = BigInt(-MAX_ERRNO);
  b.s32min = -MAX_ERRNO;
  b.smax = max;
  b.s32max = Number(BigInt.asIntN(32, max));
  return settle(b);
}
