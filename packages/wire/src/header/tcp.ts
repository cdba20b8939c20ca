import { be16At, be32At, setBe16, setBe32 } from '../bytes/big-endian.ts';
import { internetChecksum, pseudoHeaderSum } from '../checksum/internet.ts';
import { IPPROTO_TCP } from './ip-protocols.ts';

/** TCP header. Spec: RFC 9293 §3.1. */
export const TCP_HLEN = 20;
export const TCP_FIN = 1;
export const TCP_SYN = 2;
export const TCP_RST = 4;
export const TCP_PSH = 8;
export const TCP_ACK = 16;
export const TCP_URG = 32;
export const TCP_ECE = 64;
export const TCP_CWR = 128;

/** What is wrong with the segment at `at` (the checksum apart); undefined where nothing is. */
export function checkTcp(bytes: Uint8Array, at: number, end: number): string | undefined {
  if (end - at < TCP_HLEN) return `TCP segment of ${end - at} bytes is shorter than ${TCP_HLEN}`;
  const headerBytes = tcpHeaderBytes(bytes, at);
  if (headerBytes < TCP_HLEN) return `TCP data offset ${headerBytes} is below ${TCP_HLEN}`;
  if (end - at < headerBytes) return `TCP data offset ${headerBytes} reaches beyond the segment`;
  return undefined;
}

export const tcpSourcePort = (bytes: Uint8Array, at: number): number => be16At(bytes, at);
export const tcpDestinationPort = (bytes: Uint8Array, at: number): number => be16At(bytes, at + 2);
export const tcpSequence = (bytes: Uint8Array, at: number): number => be32At(bytes, at + 4);
export const tcpAcknowledgment = (bytes: Uint8Array, at: number): number => be32At(bytes, at + 8);
/** Header length with options, in bytes. */
export const tcpHeaderBytes = (bytes: Uint8Array, at: number): number => (bytes[at + 12]! >>> 4) << 2;
/** TCP_FIN | TCP_SYN | … */
export const tcpFlags = (bytes: Uint8Array, at: number): number => bytes[at + 13]! | 0;
export const tcpWindow = (bytes: Uint8Array, at: number): number => be16At(bytes, at + 14);
export const tcpChecksum = (bytes: Uint8Array, at: number): number => be16At(bytes, at + 16);

export const setTcpSourcePort = (bytes: Uint8Array, at: number, v: number): void => setBe16(bytes, at, v);
export const setTcpDestinationPort = (bytes: Uint8Array, at: number, v: number): void => setBe16(bytes, at + 2, v);
export const setTcpSequence = (bytes: Uint8Array, at: number, v: number): void => setBe32(bytes, at + 4, v);
export const setTcpFlags = (bytes: Uint8Array, at: number, flags: number): void => {
  bytes[at + 13] = flags;
};

/** Writes the fixed twenty bytes, checksum zero; `headerBytes` counts the options that stand or will stand behind. */
export function writeTcp(
  bytes: Uint8Array,
  at: number,
  sourcePort: number,
  destinationPort: number,
  sequence: number,
  acknowledgment: number,
  headerBytes: number,
  flags: number,
  window: number,
): void {
  setBe16(bytes, at, sourcePort);
  setBe16(bytes, at + 2, destinationPort);
  setBe32(bytes, at + 4, sequence);
  setBe32(bytes, at + 8, acknowledgment);
  bytes[at + 12] = headerBytes << 2;
  bytes[at + 13] = flags;
  setBe16(bytes, at + 14, window);
  setBe16(bytes, at + 16, 0);
  setBe16(bytes, at + 18, 0);
}

/** Computes and writes the checksum over `length` bytes of segment. */
export function updateTcpChecksum(
  bytes: Uint8Array,
  at: number,
  length: number,
  source: number,
  destination: number,
): void {
  setBe16(bytes, at + 16, 0);
  setBe16(
    bytes,
    at + 16,
    internetChecksum(bytes, at, length, pseudoHeaderSum(source, destination, IPPROTO_TCP, length)),
  );
}

export interface TcpHeader {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  readonly window: number;
  readonly checksum: number;
  /** Raw, a multiple of 4 bytes. */
  readonly options: Uint8Array;
}

/** The record at `at`; the caller has checked. */
export const parseTcp = (bytes: Uint8Array, at: number): TcpHeader => ({
  sourcePort: tcpSourcePort(bytes, at),
  destinationPort: tcpDestinationPort(bytes, at),
  sequence: tcpSequence(bytes, at),
  acknowledgment: tcpAcknowledgment(bytes, at),
  flags: tcpFlags(bytes, at),
  window: tcpWindow(bytes, at),
  checksum: tcpChecksum(bytes, at),
  options: bytes.slice(at + TCP_HLEN, at + tcpHeaderBytes(bytes, at)),
});

/** The header's bytes as the record says. */
export function emitTcp(h: TcpHeader): Uint8Array {
  const bytes = new Uint8Array(TCP_HLEN + h.options.length);
  writeTcp(bytes, 0, h.sourcePort, h.destinationPort, h.sequence, h.acknowledgment, bytes.length, h.flags, h.window);
  setBe16(bytes, 16, h.checksum);
  bytes.set(h.options, TCP_HLEN);
  return bytes;
}

const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [TCP_SYN, 'SYN'],
  [TCP_FIN, 'FIN'],
  [TCP_RST, 'RST'],
  [TCP_PSH, 'PSH'],
  [TCP_URG, 'URG'],
  [TCP_ECE, 'ECE'],
  [TCP_CWR, 'CWR'],
  [TCP_ACK, 'ACK'],
];

/** `SYN,ACK`; `none` without flags. */
export const formatTcpFlags = (flags: number): string =>
  FLAG_NAMES.filter(([bit]) => flags & bit)
    .map(([, name]) => name)
    .join(',') || 'none';

/** `TCP 40000 > 80 SYN seq 1`; `payloadBytes` is shown where it is not 0. */
export function formatTcp(h: TcpHeader, payloadBytes: number): string {
  const ack = h.flags & TCP_ACK ? ` ack ${h.acknowledgment}` : '';
  const length = payloadBytes > 0 ? ` length ${payloadBytes}` : '';
  return `TCP ${h.sourcePort} > ${h.destinationPort} ${formatTcpFlags(h.flags)} seq ${h.sequence}${ack} win ${h.window}${length}`;
}
