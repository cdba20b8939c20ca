import type { NetDevice } from '../core/net-device.ts';
import type { Step } from '../step.ts';
import type { FibAlias } from './fib/fib-alias.ts';

/** UAPI: RTN_*, by name. */
export type RouteType = 'unicast' | 'local' | 'broadcast' | 'multicast' | 'blackhole' | 'unreachable' | 'prohibit';

/**
 * What routing decided for a packet: where it goes in, or out. One per route and direction, made once and shared by all
 * its packets. Kernel: struct dst_entry, struct rtable.
 */
export interface Dst {
  readonly type: RouteType;
  /** Output device; for local delivery the device it came in by, or `lo`. */
  readonly dev: NetDevice;
  /** Next hop, 0 where the destination itself is on the link. */
  readonly gateway: number;
  /** What a received packet does next: local delivery, forwarding, an error. */
  readonly input: Step;
  /** errno for the error route. */
  readonly error: 'EHOSTUNREACH' | 'ENETUNREACH' | 'EACCES' | 'EINVAL' | undefined;
  /** Kernel: RTCF_BROADCAST | RTCF_MULTICAST. */
  readonly group: boolean;
  /** Absent where no route was found. */
  readonly alias: FibAlias | undefined;
}
