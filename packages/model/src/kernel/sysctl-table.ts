/** One setting: its value at the start and its bounds. `pair` names where the second of two numbers is kept. */
export interface SysctlRow {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
  readonly pair?: SysctlName;
}

export type SysctlName =
  | 'net.core.netdev_budget'
  | 'net.core.netdev_max_backlog'
  | 'net.core.rmem_default'
  | 'net.core.somaxconn'
  | 'net.ipv4.icmp_echo_ignore_all'
  | 'net.ipv4.icmp_echo_ignore_broadcasts'
  | 'net.ipv4.icmp_errors_use_inbound_ifaddr'
  | 'net.ipv4.icmp_ratelimit'
  | 'net.ipv4.icmp_ratemask'
  | 'net.ipv4.ip_default_ttl'
  | 'net.ipv4.ip_local_port_range'
  | 'net.ipv4.ip_local_port_range.last'
  | 'net.ipv4.ip_no_pmtu_disc'
  | 'net.ipv4.ip_nonlocal_bind'
  | 'net.ipv4.ipfrag_time'
  | 'net.ipv4.tcp_max_syn_backlog'
  | 'net.ipv4.tcp_retries2'
  | 'net.ipv4.tcp_syn_linear_timeouts'
  | 'net.ipv4.tcp_syn_retries'
  | 'net.ipv4.tcp_synack_retries'
  | 'net.ipv4.tcp_window_scaling';

const flag = (initial: 0 | 1): SysctlRow => ({ initial, min: 0, max: 1 });
const number = (initial: number, min: number, max: number): SysctlRow => ({ initial, min, max });
const INT_MAX = 0x7fffffff;

/** Every setting that is one for the whole namespace. Those of a device are in `dev-conf.ts`. */
export const SYSCTLS: Readonly<Record<SysctlName, SysctlRow>> = {
  'net.core.netdev_budget': number(300, 0, INT_MAX),
  'net.core.netdev_max_backlog': number(1000, 0, INT_MAX),
  'net.core.rmem_default': number(212992, 2304, INT_MAX),
  'net.core.somaxconn': number(4096, 0, INT_MAX),
  'net.ipv4.icmp_echo_ignore_all': flag(0),
  'net.ipv4.icmp_echo_ignore_broadcasts': flag(1),
  'net.ipv4.icmp_errors_use_inbound_ifaddr': flag(0),
  'net.ipv4.icmp_ratelimit': number(1000, 0, INT_MAX),
  'net.ipv4.icmp_ratemask': number(6168, 0, 0xffffffff),
  'net.ipv4.ip_default_ttl': number(64, 1, 255),
  'net.ipv4.ip_local_port_range': { initial: 32768, min: 1, max: 65535, pair: 'net.ipv4.ip_local_port_range.last' },
  'net.ipv4.ip_local_port_range.last': number(60999, 1, 65535),
  'net.ipv4.ip_no_pmtu_disc': flag(0),
  'net.ipv4.ip_nonlocal_bind': flag(0),
  'net.ipv4.ipfrag_time': number(30, 0, INT_MAX),
  'net.ipv4.tcp_max_syn_backlog': number(512, 0, INT_MAX),
  'net.ipv4.tcp_retries2': number(15, 0, INT_MAX),
  'net.ipv4.tcp_syn_linear_timeouts': number(4, 0, 127),
  'net.ipv4.tcp_syn_retries': number(6, 1, 127),
  'net.ipv4.tcp_synack_retries': number(5, 0, 127),
  'net.ipv4.tcp_window_scaling': flag(1),
};
