import * as C from './bpf/constants.ts';

export interface DropReason {
  readonly code: number;
  readonly name: string;
  /** Reads after "dropped: ". */
  readonly text: string;
}

/** Every reason for which the programs drop. */
export const DROP_REASONS: readonly DropReason[] = [
  { code: C.DROP_INVALID_SOURCE_IP, name: 'INVALID_SOURCE_IP', text: "the source is not the Pod's own address" },
  { code: C.DROP_POLICY, name: 'POLICY_DENIED', text: 'no policy rule admits it' },
  { code: C.DROP_INVALID, name: 'INVALID_PACKET', text: 'the headers are cut short or wrong' },
  { code: C.DROP_WRITE, name: 'WRITE_ERROR', text: 'the packet could not be rewritten' },
  { code: C.DROP_UNKNOWN_L4, name: 'UNKNOWN_L4', text: 'ports of this protocol cannot be translated' },
  { code: C.DROP_NO_ENDPOINT, name: 'NO_ENDPOINT', text: 'the device belongs to no known Pod' },
  { code: C.DROP_CT_CREATE, name: 'CT_CREATE_FAILED', text: 'no connection-tracking entry could be made' },
  { code: C.DROP_FRAGMENT, name: 'FRAGMENT', text: 'a later IP fragment carries no ports to decide by' },
  { code: C.DROP_NO_SERVICE, name: 'NO_BACKEND', text: 'the service has no backend here' },
  { code: C.DROP_NO_MAPPING, name: 'NO_NAT_MAPPING', text: 'no port was free for source translation' },
  { code: C.DROP_UNKNOWN_L3, name: 'UNKNOWN_L3', text: 'neither IPv4 nor ARP' },
  { code: C.DROP_NOT_ROUTABLE, name: 'NOT_ROUTABLE', text: 'a ClusterIP cannot be reached from outside the cluster' },
];

/** The reason behind a number in a drop event. */
export function dropReason(code: number): DropReason | undefined {
  return DROP_REASONS.find((reason) => reason.code === code);
}
