import type { Helper } from '@sluice/ebpf';
import type { HostBpf } from '../host-bpf.ts';

/** All helpers that the model kernel supplies, by UAPI number. */
export const kernelHelpers = (_bpf: HostBpf): [number, Helper][] => [];
