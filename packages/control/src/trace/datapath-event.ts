import { type BtfValue, decodeBtfValue } from '@sluice/ebpf';
import { datapathObject } from '../program/load-datapath.ts';

/** An event that a program wrote; fields as in `Event` of the datapath's `records.bpf.ts`, addresses as numbers. */
export interface DatapathEvent {
  readonly type: number;
  readonly reason: number;
  readonly point: number;
  readonly protocol: number;
  readonly cookie: number;
  readonly srcIdentity: number;
  readonly dstIdentity: number;
  readonly src: number;
  readonly dst: number;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly endpoint: number;
  readonly direction: number;
  readonly ifindex: number;
  readonly length: number;
}

/** Reads a record of the event ring, by the type information of the objects that write it. */
export function decodeEvent(record: Uint8Array): DatapathEvent {
  const { btf } = datapathObject('pod');
  const id = btf.find('Event', 'struct');
  const value: BtfValue | undefined = id === undefined ? undefined : decodeBtfValue(btf, id, record);
  if (value === undefined) throw new Error(`assertion: an event of ${record.length} bytes does not decode`);
  return value as unknown as DatapathEvent;
}
