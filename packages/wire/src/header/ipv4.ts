import { formatIpv4, parseIpv4 } from '../address/ipv4.ts';
import { be16At, be32At, setBe16, setBe32 } from '../bytes/big-endian.ts';
import { internetChecksum, replaceChecksum16, verifyChecksum } from '../checksum/internet.ts';
import { formatIpProtocol } from './ip-protocols.ts';

/** IPv4 header. Spec: RFC 791 §3.1. */
export const IPV4_HLEN = 20;
export const IP_DF = 0x4000;
export const IP_MF = 0x2000;
export const IP_OFFSET = 0x1fff;

const TOS = 1;
const TOTAL_LENGTH = 2;
const ID = 4;
const FRAGMENT = 6;
const TTL = 8;
const PROTOCOL = 9;
const CHECKSUM = 10;
const SOURCE = 12;
const DESTINATION = 16;

/** What is wrong with the header at `at`; undefined where its version, lengths and checksum are right. */
export function checkIpv4(bytes: Uint8Array, at: number, end: number): string | undefined {
  if (end - at < IPV4_HLEN) return `IPv4 packet of ${end - at} bytes is shorter than its header`;
  if (ipVersion(bytes, at) !== 4) return `version is ${ipVersion(bytes, at)}, not 4`;
  const headerBytes = ipHeaderBytes(bytes, at);
  if (headerBytes < IPV4_HLEN) return `header length ${headerBytes} is below 20`;
  if (end - at < headerBytes) return `header length ${headerBytes} reaches beyond the packet`;
  const total = ipTotalLength(bytes, at);
  if (total < headerBytes) return `total length ${total} is below the header's ${headerBytes}`;
  if (end - at < total) return `total length ${total} reaches beyond the ${end - at} bytes there are`;
  if (!verifyChecksum(bytes, at, headerBytes)) return 'header checksum is wrong';
  return undefined;
}

export const ipVersion = (bytes: Uint8Array, at: number): number => bytes[at]! >>> 4;
/** Header length with options, in bytes. */
export const ipHeaderBytes = (bytes: Uint8Array, at: number): number => (bytes[at]! & 15) << 2;
export const ipTos = (bytes: Uint8Array, at: number): number => bytes[at + TOS]! | 0;
export const ipTotalLength = (bytes: Uint8Array, at: number): number => be16At(bytes, at + TOTAL_LENGTH);
export const ipId = (bytes: Uint8Array, at: number): number => be16At(bytes, at + ID);
/** Flags and fragment offset as they stand: IP_DF, IP_MF, IP_OFFSET (in units of 8 bytes). */
export const ipFragment = (bytes: Uint8Array, at: number): number => be16At(bytes, at + FRAGMENT);
export const isFragment = (bytes: Uint8Array, at: number): boolean =>
  (ipFragment(bytes, at) & (IP_MF | IP_OFFSET)) !== 0;
export const ipTtl = (bytes: Uint8Array, at: number): number => bytes[at + TTL]! | 0;
export const ipProtocol = (bytes: Uint8Array, at: number): number => bytes[at + PROTOCOL]! | 0;
export const ipChecksum = (bytes: Uint8Array, at: number): number => be16At(bytes, at + CHECKSUM);
export const ipSource = (bytes: Uint8Array, at: number): number => be32At(bytes, at + SOURCE);
export const ipDestination = (bytes: Uint8Array, at: number): number => be32At(bytes, at + DESTINATION);

export const setIpTotalLength = (bytes: Uint8Array, at: number, v: number): void =>
  setBe16(bytes, at + TOTAL_LENGTH, v);
export const setIpId = (bytes: Uint8Array, at: number, v: number): void => setBe16(bytes, at + ID, v);
export const setIpFragment = (bytes: Uint8Array, at: number, v: number): void => setBe16(bytes, at + FRAGMENT, v);
export const setIpSource = (bytes: Uint8Array, at: number, v: number): void => setBe32(bytes, at + SOURCE, v);
export const setIpDestination = (bytes: Uint8Array, at: number, v: number): void => setBe32(bytes, at + DESTINATION, v);

/** Takes one off the time to live and mends the checksum. Returns the new value. */
export function decreaseTtl(bytes: Uint8Array, at: number): number {
  const before = be16At(bytes, at + TTL);
  const after = (before - 0x100) & 0xffff;
  setBe16(bytes, at + TTL, after);
  setBe16(bytes, at + CHECKSUM, replaceChecksum16(ipChecksum(bytes, at), before, after));
  return after >>> 8;
}

/** Computes the header checksum anew and writes it. */
export function updateIpChecksum(bytes: Uint8Array, at: number): void {
  setBe16(bytes, at + CHECKSUM, 0);
  setBe16(bytes, at + CHECKSUM, internetChecksum(bytes, at, ipHeaderBytes(bytes, at)));
}

/** Writes a header of 20 bytes with its checksum. */
export function writeIpv4(
  bytes: Uint8Array,
  at: number,
  totalLength: number,
  protocol: number,
  source: number,
  destination: number,
  ttl: number,
  id: number,
  fragment: number,
  tos: number,
): void {
  bytes[at] = 0x45;
  bytes[at + TOS] = tos;
  setBe16(bytes, at + TOTAL_LENGTH, totalLength);
  setBe16(bytes, at + ID, id);
  setBe16(bytes, at + FRAGMENT, fragment);
  bytes[at + TTL] = ttl;
  bytes[at + PROTOCOL] = protocol;
  setBe32(bytes, at + SOURCE, source);
  setBe32(bytes, at + DESTINATION, destination);
  updateIpChecksum(bytes, at);
}

export interface Ipv4Header {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly ttl: number;
  readonly tos: number;
  readonly id: number;
  /** IP_DF | IP_MF | offset in units of 8 bytes. */
  readonly fragment: number;
  /** Header and payload. */
  readonly totalLength: number;
  /** Raw, a multiple of 4 bytes. */
  readonly options: Uint8Array;
}

/** The record at `at`; the caller has checked. */
export const parseIpv4Header = (bytes: Uint8Array, at: number): Ipv4Header => ({
  source: formatIpv4(ipSource(bytes, at)),
  destination: formatIpv4(ipDestination(bytes, at)),
  protocol: ipProtocol(bytes, at),
  ttl: ipTtl(bytes, at),
  tos: ipTos(bytes, at),
  id: ipId(bytes, at),
  fragment: ipFragment(bytes, at),
  totalLength: ipTotalLength(bytes, at),
  options: bytes.slice(at + IPV4_HLEN, at + ipHeaderBytes(bytes, at)),
});

/** The header's bytes with its checksum. Throws RangeError for text that is no address. */
export function emitIpv4(h: Ipv4Header): Uint8Array {
  const source = parseIpv4(h.source);
  const destination = parseIpv4(h.destination);
  if (source === undefined || destination === undefined) throw new RangeError('not an IPv4 address');
  const bytes = new Uint8Array(IPV4_HLEN + h.options.length);
  writeIpv4(bytes, 0, h.totalLength, h.protocol, source, destination, h.ttl, h.id, h.fragment, h.tos);
  bytes[0] = 0x40 | (bytes.length >>> 2);
  bytes.set(h.options, IPV4_HLEN);
  updateIpChecksum(bytes, 0);
  return bytes;
}

/** `10.0.0.1 > 10.0.0.2: UDP, ttl 64`. */
export function formatIpv4Header(h: Ipv4Header): string {
  const offset = (h.fragment & IP_OFFSET) * 8;
  const part = h.fragment & (IP_MF | IP_OFFSET) ? `, fragment at ${offset}${h.fragment & IP_MF ? '+' : ''}` : '';
  return `${h.source} > ${h.destination}: ${formatIpProtocol(h.protocol)}, ttl ${h.ttl}${part}`;
}
