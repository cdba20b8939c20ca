import { be16At, setBe16 } from '../bytes/big-endian.ts';
import { internetChecksum, pseudoHeaderSum } from '../checksum/internet.ts';
import { IPPROTO_UDP } from './ip-protocols.ts';

/** UDP header. Spec: RFC 768. */
export const UDP_HLEN = 8;

/** What is wrong with the datagram at `at` (the checksum, which needs addresses, apart); undefined where nothing is. */
export function checkUdp(bytes: Uint8Array, at: number, end: number): string | undefined {
  if (end - at < UDP_HLEN) return `UDP datagram of ${end - at} bytes is shorter than ${UDP_HLEN}`;
  const length = udpLength(bytes, at);
  if (length < UDP_HLEN) return `UDP length ${length} is below ${UDP_HLEN}`;
  if (end - at < length) return `UDP length ${length} reaches beyond the ${end - at} bytes there are`;
  return undefined;
}

export const udpSourcePort = (bytes: Uint8Array, at: number): number => be16At(bytes, at);
export const udpDestinationPort = (bytes: Uint8Array, at: number): number => be16At(bytes, at + 2);
export const udpLength = (bytes: Uint8Array, at: number): number => be16At(bytes, at + 4);
/** 0 means that the sender computed none. */
export const udpChecksum = (bytes: Uint8Array, at: number): number => be16At(bytes, at + 6);

export const setUdpSourcePort = (bytes: Uint8Array, at: number, v: number): void => setBe16(bytes, at, v);
export const setUdpDestinationPort = (bytes: Uint8Array, at: number, v: number): void => setBe16(bytes, at + 2, v);
export const setUdpChecksum = (bytes: Uint8Array, at: number, v: number): void => setBe16(bytes, at + 6, v);

/** Writes eight bytes and the checksum over the payload that already stands behind them; addresses are numbers. */
export function writeUdp(
  bytes: Uint8Array,
  at: number,
  sourcePort: number,
  destinationPort: number,
  payloadBytes: number,
  source: number,
  destination: number,
): void {
  const length = UDP_HLEN + payloadBytes;
  setBe16(bytes, at, sourcePort);
  setBe16(bytes, at + 2, destinationPort);
  setBe16(bytes, at + 4, length);
  setBe16(bytes, at + 6, 0);
  const sum = internetChecksum(bytes, at, length, pseudoHeaderSum(source, destination, IPPROTO_UDP, length));
  setBe16(bytes, at + 6, sum === 0 ? 0xffff : sum);
}

export interface UdpHeader {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Header and payload. */
  readonly length: number;
  readonly checksum: number;
}

/** The record at `at`; the caller has checked. */
export const parseUdp = (bytes: Uint8Array, at: number): UdpHeader => ({
  sourcePort: udpSourcePort(bytes, at),
  destinationPort: udpDestinationPort(bytes, at),
  length: udpLength(bytes, at),
  checksum: udpChecksum(bytes, at),
});

/** Eight bytes as the record says. */
export function emitUdp(h: UdpHeader): Uint8Array {
  const bytes = new Uint8Array(UDP_HLEN);
  setBe16(bytes, 0, h.sourcePort);
  setBe16(bytes, 2, h.destinationPort);
  setBe16(bytes, 4, h.length);
  setBe16(bytes, 6, h.checksum);
  return bytes;
}

/** `UDP 40000 > 53, length 32`. */
export const formatUdp = (h: UdpHeader): string =>
  `UDP ${h.sourcePort} > ${h.destinationPort}, length ${h.length - UDP_HLEN}`;
