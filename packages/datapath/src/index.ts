/**
 * The eBPF programs of a node and what user space must know of them. The programs themselves are in `bpf/`; read
 * `bpf/pod.bpf.ts` first.
 */
export * from './bpf/constants.ts';
export { DROP_REASONS, type DropReason, dropReason } from './drop-reasons.ts';
export { type DatapathObjectName, datapathElf } from './objects.ts';
