import { formatIpv6 } from '../address/ipv6.ts';
import { be16At } from '../bytes/big-endian.ts';

/** IPv6 header, enough to name what passes. Spec: RFC 8200 §3. */
export const IPV6_HLEN = 40;

/** What is wrong with the header at `at`; undefined where its version and length are right. */
export function checkIpv6(bytes: Uint8Array, at: number, end: number): string | undefined {
  if (end - at < IPV6_HLEN) return `IPv6 packet of ${end - at} bytes is shorter than its header`;
  if (bytes[at]! >>> 4 !== 6) return `version is ${bytes[at]! >>> 4}, not 6`;
  if (end - at < IPV6_HLEN + ipv6PayloadLength(bytes, at)) return 'payload length reaches beyond the packet';
  return undefined;
}

export const ipv6PayloadLength = (bytes: Uint8Array, at: number): number => be16At(bytes, at + 4);
export const ipv6NextHeader = (bytes: Uint8Array, at: number): number => bytes[at + 6]! | 0;
export const ipv6HopLimit = (bytes: Uint8Array, at: number): number => bytes[at + 7]! | 0;
export const ipv6SourceText = (bytes: Uint8Array, at: number): string => formatIpv6(bytes, at + 8);
export const ipv6DestinationText = (bytes: Uint8Array, at: number): string => formatIpv6(bytes, at + 24);
