/** IP protocol numbers, by their UAPI names. Spec: IANA protocol numbers. */
export const IPPROTO_ICMP = 1;
export const IPPROTO_IGMP = 2;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
export const IPPROTO_ICMPV6 = 58;
export const IPPROTO_ESP = 50;
export const IPPROTO_AH = 51;

const NAMES: Readonly<Record<number, string>> = {
  [IPPROTO_ICMP]: 'ICMP',
  [IPPROTO_IGMP]: 'IGMP',
  [IPPROTO_TCP]: 'TCP',
  [IPPROTO_UDP]: 'UDP',
  [IPPROTO_ICMPV6]: 'ICMPv6',
  [IPPROTO_ESP]: 'ESP',
  [IPPROTO_AH]: 'AH',
};

/** `TCP`, or `proto 89` where we have no name. */
export const formatIpProtocol = (protocol: number): string => NAMES[protocol] ?? `proto ${protocol}`;
