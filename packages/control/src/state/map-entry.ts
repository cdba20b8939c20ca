import type { BtfValue } from '@sluice/ebpf';
import type { Because } from '@sluice/engine';

/** One entry of one of a node's maps, as a record of the map's own types, and what put it there. */
export interface MapEntry {
  readonly map: DatapathMap;
  readonly key: BtfValue;
  readonly value: BtfValue;
  readonly because: Because;
}

/** Maps that the control plane writes; the others are the programs' own. */
export type DatapathMap =
  | 'endpoints'
  | 'endpoint_devs'
  | 'ipcache'
  | 'policy'
  | 'services'
  | 'backends'
  | 'service_addrs';
