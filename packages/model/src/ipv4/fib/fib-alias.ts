import { formatIpv4, formatIpv4Prefix } from '@sluice/wire';
import type { NetDevice } from '../../core/net-device.ts';
import type { Dst, RouteType } from '../dst.ts';

/** A route. Kernel: struct fib_alias with its fib_info and next hop. */
export interface FibAlias {
  readonly prefix: number;
  readonly length: number;
  readonly type: RouteType | 'throw';
  readonly scope: number;
  readonly metric: number;
  readonly table: number;
  /** Absent for routes that lead nowhere (blackhole, unreachable, prohibit, throw). */
  readonly dev: NetDevice | undefined;
  /** The gateway to ask; 0 where the route leads to the destination itself. */
  readonly gateway: number;
  /** The gateway that was named: another than `gateway` where it is an address of ours. */
  readonly via: number;
  /** Preferred source address, 0 for none. */
  readonly source: number;
  /** Made at first use. Kernel: nhc_rth_input, nhc_pcpu_rth_output. */
  input: Dst | null;
  output: Dst | null;
}

/** UAPI: enum rt_class_t. */
export const RT_TABLE_DEFAULT = 253;
export const RT_TABLE_MAIN = 254;
export const RT_TABLE_LOCAL = 255;

const TABLE_NAMES: Readonly<Record<number, string>> = {
  [RT_TABLE_LOCAL]: 'local',
  [RT_TABLE_MAIN]: 'main',
  [RT_TABLE_DEFAULT]: 'default',
};

/** `main`, or the number. */
export const tableName = (id: number): string => TABLE_NAMES[id] ?? String(id);

/** As `ip route` shows it: `10.0.1.0/24 via 10.0.0.2 dev eth0`. */
export function formatRoute(route: FibAlias): string {
  const to = route.length === 0 ? 'default' : formatIpv4Prefix({ address: route.prefix, length: route.length });
  const type = route.type === 'unicast' ? '' : `${route.type} `;
  const via = route.via === 0 ? '' : ` via ${formatIpv4(route.via)}`;
  return `${type}${to}${via}${route.dev ? ` dev ${route.dev.name}` : ''}`;
}
