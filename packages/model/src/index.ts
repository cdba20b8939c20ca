/**
 * The model kernel: Linux's network stack as a library, in which every packet explains itself.
 *
 * Read first: `receive-path.ts`, the table of contents; then `step.ts` and `runner.ts`, the machine it runs on; then any
 * function it names.
 */
export type { NetDevice } from './core/net-device.ts';
export { type SoftnetStat, softnetStat } from './core/softnet-stat.ts';
export type { Nic, NicQueue } from './drivers/nic.ts';
export type { Segment } from './drivers/segment.ts';
export type { Veth } from './drivers/veth.ts';
export { DROP_REASONS, type DropReason } from './drop-reasons.ts';
export type { FibRule } from './ipv4/fib/fib-rules.ts';
export type { ModelHost } from './kernel/host.ts';
export { createModelKernel, ModelKernel, type ModelKernelOptions } from './kernel/model-kernel.ts';
export type { ModelRoute, NetNamespace } from './kernel/net-namespace.ts';
export * from './netfilter/hooks.ts';
export { RECEIVE_PATH, type Station } from './receive-path.ts';
export type { XfrmPolicy, XfrmSelector } from './xfrm/policy-database.ts';
