import { EngineError, type LinkHandle, type ProgramHandle } from '@sluice/engine';
import type { NetDevice } from '../core/net-device.ts';
import { ListLink } from './list-link.ts';
import { ModelProgram } from './program.ts';

/**
 * Attaches a sched_cls program behind those that are there. Throws EngineError EINVAL for a program of another type or
 * of another kernel. Kernel: net/core/dev.c, kernel/bpf/tcx.c.
 */
export function attachTc(dev: NetDevice, program: ProgramHandle, direction: 'ingress' | 'egress'): LinkHandle {
  const check = (p: ProgramHandle): ModelProgram => {
    if (p instanceof ModelProgram && p.type === 'sched_cls' && p.bpf === dev.netns.host.programs) return p;
    throw new EngineError(
      `attach ${p.name} to tc ${direction} of ${dev.name}`,
      'EINVAL',
      'not a tc program of this host',
    );
  };
  return new ListLink([direction === 'ingress' ? dev.tcIngress : dev.tcEgress], program, check);
}
