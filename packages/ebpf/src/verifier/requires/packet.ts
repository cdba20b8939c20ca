import type { ProgramType } from '../../spec.ts';
import { type Access, negative, requireInsideFixed } from './bounds.ts';

const WRITERS: ReadonlySet<ProgramType> = new Set(['sched_cls', 'xdp', 'sk_skb', 'sk_msg']);
const READERS: ReadonlySet<ProgramType> = new Set([...WRITERS, 'cgroup_skb', 'flow_dissector']);

/** Whether programs of that type may follow packet pointers. Kernel: kernel/bpf/verifier.c may_access_direct_pkt_data(). */
export function mayAccessPacket(type: ProgramType, write: boolean): boolean {
  return (write ? WRITERS : READERS).has(type);
}

/**
 * An access to the packet lies between its start and what a comparison with its end has shown to be there.
 * Kernel: kernel/bpf/verifier.c check_packet_access().
 */
export function requirePacket(access: Access): string | undefined {
  const { register, pointer, size } = access;
  if (pointer.bounds.smin < 0n) return negative(register);
  if (pointer.range < 0) return `R${register} offset is outside of the packet`;
  return requireInsideFixed(
    access,
    pointer.range,
    (off) =>
      `invalid access to packet, off=${off} size=${size}, R${register}(id=${pointer.id},off=${off},r=${pointer.range})`,
  );
}
