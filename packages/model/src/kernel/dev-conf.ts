/** `net.ipv4.conf.<device>.*` that the model honours. Names are the sysctls'. Kernel: struct ipv4_devconf. */
export class DevConf {
  forwarding = 0;
  rp_filter = 0;
  accept_local = 0;
  route_localnet = 0;
  send_redirects = 1;
  drop_unicast_in_l2_multicast = 0;
  arp_ignore = 0;
  arp_announce = 0;
  arp_filter = 0;
  arp_accept = 0;
  proxy_arp = 0;
  src_valid_mark = 0;
  log_martians = 0;
  disable_xfrm = 0;
  disable_policy = 0;
}

export type DevConfName = keyof DevConf;

/** The largest value of each; the smallest is 0. */
export const DEV_CONF_MAX: Readonly<Record<DevConfName, number>> = {
  forwarding: 1,
  rp_filter: 2,
  accept_local: 1,
  route_localnet: 1,
  send_redirects: 1,
  drop_unicast_in_l2_multicast: 1,
  arp_ignore: 8,
  arp_announce: 2,
  arp_filter: 1,
  arp_accept: 2,
  proxy_arp: 1,
  src_valid_mark: 1,
  log_martians: 1,
  disable_xfrm: 1,
  disable_policy: 1,
};

/** Settings that exist, and that the model honours only at 0: another value is refused, not ignored. */
export const DEV_CONF_UNMODELLED: ReadonlySet<DevConfName> = new Set([
  'arp_filter',
  'arp_accept',
  'proxy_arp',
  'src_valid_mark',
  'disable_xfrm',
]);
