import type { MapSpec } from '@sluice/ebpf';

/** The maps of random programs. */
export const HASH: MapSpec = { name: 'hash', type: 'hash', keySize: 8, valueSize: 48, maxEntries: 8, flags: 0 };
export const ARRAY: MapSpec = { name: 'array', type: 'array', keySize: 4, valueSize: 64, maxEntries: 1, flags: 0 };
export const RING: MapSpec = { name: 'ring', type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 4096, flags: 0 };
