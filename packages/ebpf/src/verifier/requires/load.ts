import * as at from '../../abi/program-types.ts';
import type { ProgramType } from '../../spec.ts';
import { MAX_USED_MAPS } from '../limits.ts';
import type { Refusal, VerifierInput } from '../program.ts';

const SOCK_ADDR: readonly number[] = [
  at.BPF_CGROUP_INET4_BIND,
  at.BPF_CGROUP_INET6_BIND,
  at.BPF_CGROUP_INET4_CONNECT,
  at.BPF_CGROUP_INET6_CONNECT,
  at.BPF_CGROUP_INET4_GETPEERNAME,
  at.BPF_CGROUP_INET6_GETPEERNAME,
  at.BPF_CGROUP_INET4_GETSOCKNAME,
  at.BPF_CGROUP_INET6_GETSOCKNAME,
  at.BPF_CGROUP_UDP4_SENDMSG,
  at.BPF_CGROUP_UDP6_SENDMSG,
  at.BPF_CGROUP_UDP4_RECVMSG,
  at.BPF_CGROUP_UDP6_RECVMSG,
];
const SOCK: readonly number[] = [
  at.BPF_CGROUP_INET_SOCK_CREATE,
  at.BPF_CGROUP_INET_SOCK_RELEASE,
  at.BPF_CGROUP_INET4_POST_BIND,
  at.BPF_CGROUP_INET6_POST_BIND,
];

/** Types that must say what they will be attached to. Kernel: kernel/bpf/syscall.c bpf_prog_load_check_attach(). */
const ATTACH_TYPES: Partial<Record<ProgramType, readonly (number | undefined)[]>> = {
  cgroup_sock_addr: SOCK_ADDR,
  cgroup_sock: [...SOCK, undefined, 0],
  cgroup_skb: [at.BPF_CGROUP_INET_INGRESS, at.BPF_CGROUP_INET_EGRESS, undefined],
  sk_lookup: [at.BPF_SK_LOOKUP],
  netfilter: [at.BPF_NETFILTER],
};

/** The program can be loaded with this attach type at all. */
export function requireAttachType(input: VerifierInput): Refusal | undefined {
  const { type, attachType } = input;
  if (type === 'tracing') {
    return { slot: 0, message: 'programs of type tracing are not supported: they need the BTF of a running kernel' };
  }
  const allowed = ATTACH_TYPES[type];
  if (!allowed || allowed.includes(attachType)) return undefined;
  return { slot: 0, message: `programs of type ${type} cannot be loaded with attach type ${attachType ?? 'none'}` };
}

/** Not too many maps, and none whose values hold more than plain memory. Kernel: kernel/bpf/verifier.c add_used_map_from_fd(). */
export function requireMaps(input: VerifierInput): Refusal | undefined {
  for (const [slot, { map, special }] of input.maps ?? []) {
    if (special) return { slot, message: `the value of map ${map.name} holds a ${special}, which is not supported` };
  }
  const maps = new Set([...(input.maps?.values() ?? [])].map(({ map }) => map));
  if (maps.size <= MAX_USED_MAPS) return undefined;
  return { slot: 0, message: `The total number of maps per program has reached the limit of ${MAX_USED_MAPS}` };
}
