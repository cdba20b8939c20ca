import * as at from '../../abi/program-types.ts';
import { S64_MAX, S64_MIN } from '../domain/bounds.ts';
import type { Machine } from '../machine.ts';
import type { VerifierInput } from '../program.ts';
import { kindName, type Value } from '../state/value.ts';
import { requireReadable } from './registers.ts';

const ALWAYS_ONE: ReadonlySet<number | undefined> = new Set([
  at.BPF_CGROUP_UDP4_RECVMSG,
  at.BPF_CGROUP_UDP6_RECVMSG,
  at.BPF_CGROUP_INET4_GETPEERNAME,
  at.BPF_CGROUP_INET6_GETPEERNAME,
  at.BPF_CGROUP_INET4_GETSOCKNAME,
  at.BPF_CGROUP_INET6_GETSOCKNAME,
]);

/**
 * What a program may return: lowest and highest number, or undefined for anything.
 * Kernel: kernel/bpf/verifier.c check_return_code().
 */
export function returnRange({ type, attachType }: VerifierInput): readonly [number, number] | undefined {
  switch (type) {
    case 'cgroup_sock_addr':
      if (ALWAYS_ONE.has(attachType)) return [1, 1];
      return attachType === at.BPF_CGROUP_INET4_BIND || attachType === at.BPF_CGROUP_INET6_BIND ? [0, 3] : [0, 1];
    case 'cgroup_skb':
      return attachType === at.BPF_CGROUP_INET_EGRESS ? [0, 3] : [0, 1];
    case 'cgroup_sock':
    case 'sock_ops':
    case 'sk_lookup':
    case 'netfilter':
      return [0, 1];
    case 'socket_filter':
    case 'sched_cls':
    case 'xdp':
    case 'sk_skb':
    case 'sk_msg':
    case 'tracepoint':
    case 'raw_tracepoint':
    case 'tracing':
    case 'flow_dissector':
      return undefined;
    default:
      return type satisfies never;
  }
}

/**
 * What leaving a function requires: nothing borrowed is kept, no pointer into the frame that ends is returned, and the
 * program's own return value is one that its type knows.
 */
export function requireExit(m: Machine): string | undefined {
  const r0 = m.register(0);
  if (m.state.depth > 0) return r0.kind === 'fp' ? 'cannot return stack pointer to the caller' : undefined;
  const lingering = requireNoReferences(m) ?? requireReadable(m, 0);
  if (lingering) return lingering;
  const range = returnRange(m.program.input);
  if (!range) return undefined;
  if (r0.kind !== 'scalar') return `At program exit the register R0 is not a known value (${kindName(r0)})`;
  return requireWithin(r0, range);
}

/** Kernel: kernel/bpf/verifier.c verbose_invalid_scalar(). */
function requireWithin(r0: Value, [min, max]: readonly [number, number]): string | undefined {
  const { smin, smax } = r0.bounds;
  if (BigInt(min) <= smin && smax <= BigInt(max)) return undefined;
  const low = smin > S64_MIN ? ` smin=${smin}` : '';
  const high = smax < S64_MAX ? ` smax=${smax}` : '';
  const has = low + high || ' unknown scalar value';
  return `At program exit the register R0 has${has} should have been in [${min}, ${max}]`;
}

/** Everything borrowed has been given back. Kernel: kernel/bpf/verifier.c check_reference_leak(). */
export function requireNoReferences(m: Machine): string | undefined {
  const [first] = m.state.references;
  return first && `Unreleased reference id=${first.id} alloc_insn=${first.slot}`;
}
