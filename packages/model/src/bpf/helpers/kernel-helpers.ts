import type { Helper } from '@sluice/ebpf';
import type { HostBpf } from '../host-bpf.ts';
import { checksumHelpers } from './checksum.ts';
import { fibHelpers } from './fib-lookup.ts';
import { identityHelpers } from './identity.ts';
import { redirectHelpers } from './redirect.ts';
import { skbBytesHelpers } from './skb-bytes.ts';
import { skbShapeHelpers } from './skb-shape.ts';
import { xdpHelpers } from './xdp.ts';

/** All helpers that the model kernel supplies, by UAPI number. A program that calls another is refused by its name. */
export const kernelHelpers = (bpf: HostBpf): [number, Helper][] => [
  ...skbBytesHelpers(bpf),
  ...skbShapeHelpers(bpf),
  ...checksumHelpers(bpf),
  ...redirectHelpers(bpf),
  ...xdpHelpers(bpf),
  ...fibHelpers(bpf),
  ...identityHelpers(bpf),
];
