/** EtherTypes, by their UAPI names. Spec: IEEE 802 numbers registry. */
export const ETH_P_IP = 0x0800;
export const ETH_P_ARP = 0x0806;
export const ETH_P_8021Q = 0x8100;
export const ETH_P_8021AD = 0x88a8;
export const ETH_P_IPV6 = 0x86dd;
export const ETH_P_ALL = 0x0003;

const NAMES: Readonly<Record<number, string>> = {
  [ETH_P_IP]: 'IPv4',
  [ETH_P_ARP]: 'ARP',
  [ETH_P_8021Q]: '802.1Q',
  [ETH_P_8021AD]: '802.1ad',
  [ETH_P_IPV6]: 'IPv6',
};

/** `ARP`, or `0x88cc` where we have no name. */
export const formatEtherType = (type: number): string => NAMES[type] ?? `0x${type.toString(16).padStart(4, '0')}`;
