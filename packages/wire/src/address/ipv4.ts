/** IPv4 addresses are unsigned 32-bit numbers in host order inside the program, text at its edges. */

/** `10.0.1.5` → 0x0a000105. Undefined for anything but four decimal octets without leading zeros. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let address = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part)) return undefined;
    const octet = Number(part);
    if (octet > 255) return undefined;
    address = address * 256 + octet;
  }
  return address;
}

/** 0x0a000105 → `10.0.1.5`. */
export const formatIpv4 = (address: number): string =>
  `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;

export interface Ipv4Prefix {
  /** Host bits as given. */
  readonly address: number;
  /** 0…32. */
  readonly length: number;
}

/** `10.0.1.0/24`; a bare address is a /32. Undefined where it is neither. Host bits are kept. */
export function parseIpv4Prefix(text: string): Ipv4Prefix | undefined {
  const slash = text.indexOf('/');
  const address = parseIpv4(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  if (slash < 0) return { address, length: 32 };
  const lengthText = text.slice(slash + 1);
  if (!/^(0|[1-9]\d?)$/.test(lengthText) || Number(lengthText) > 32) return undefined;
  return { address, length: Number(lengthText) };
}

/** `10.0.1.0/24`. */
export const formatIpv4Prefix = (prefix: Ipv4Prefix): string => `${formatIpv4(prefix.address)}/${prefix.length}`;

/** The netmask of a prefix length; unsigned. */
export const ipv4Mask = (length: number): number => (length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0);

/** The address with its host bits zero; unsigned. */
export const ipv4Network = (address: number, length: number): number => (address & ipv4Mask(length)) >>> 0;

/** Whether `address` lies in the prefix, whose host bits may be set. */
export const ipv4PrefixContains = (prefix: Ipv4Prefix, address: number): boolean =>
  ((address ^ prefix.address) & ipv4Mask(prefix.length)) === 0;

/** 127.0.0.0/8. */
export const isLoopback = (address: number): boolean => address >>> 24 === 127;
/** 224.0.0.0/4. */
export const isMulticast = (address: number): boolean => address >>> 28 === 0xe;
/** 255.255.255.255. */
export const isLimitedBroadcast = (address: number): boolean => address >>> 0 === 0xffffffff;
/** 0.0.0.0. Linux takes the rest of 0.0.0.0/8 for ordinary addresses since 5.3. */
export const isZeronet = (address: number): boolean => address === 0;
