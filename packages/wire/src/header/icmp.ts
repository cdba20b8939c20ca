import { be16At, be32At, setBe16, setBe32 } from '../bytes/big-endian.ts';
import { internetChecksum, verifyChecksum } from '../checksum/internet.ts';

/** ICMP. Spec: RFC 792; codes of type 3 also RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1. */
export const ICMP_HLEN = 8;
export const ICMP_ECHOREPLY = 0;
export const ICMP_DEST_UNREACH = 3;
export const ICMP_REDIRECT = 5;
export const ICMP_ECHO = 8;
export const ICMP_TIME_EXCEEDED = 11;
export const ICMP_PARAMETERPROB = 12;

export const ICMP_NET_UNREACH = 0;
export const ICMP_HOST_UNREACH = 1;
export const ICMP_PROT_UNREACH = 2;
export const ICMP_PORT_UNREACH = 3;
export const ICMP_FRAG_NEEDED = 4;
export const ICMP_PKT_FILTERED = 13;

export const ICMP_EXC_TTL = 0;

/** What is wrong with the ICMP message at `at`; undefined where length and checksum are right. */
export function checkIcmp(bytes: Uint8Array, at: number, end: number): string | undefined {
  if (end - at < ICMP_HLEN) return `ICMP message of ${end - at} bytes is shorter than ${ICMP_HLEN}`;
  return verifyChecksum(bytes, at, end - at) ? undefined : 'ICMP checksum is wrong';
}

export const icmpType = (bytes: Uint8Array, at: number): number => bytes[at]! | 0;
export const icmpCode = (bytes: Uint8Array, at: number): number => bytes[at + 1]! | 0;
/** The four bytes after the checksum: identifier and sequence, gateway, or unused and next-hop MTU. */
export const icmpRest = (bytes: Uint8Array, at: number): number => be32At(bytes, at + 4);
export const icmpId = (bytes: Uint8Array, at: number): number => be16At(bytes, at + 4);
export const icmpSequence = (bytes: Uint8Array, at: number): number => be16At(bytes, at + 6);

/** Writes eight bytes; the checksum covers the `payloadBytes` that already stand behind them. */
export function writeIcmp(
  bytes: Uint8Array,
  at: number,
  type: number,
  code: number,
  rest: number,
  payloadBytes: number,
): void {
  bytes[at] = type;
  bytes[at + 1] = code;
  setBe16(bytes, at + 2, 0);
  setBe32(bytes, at + 4, rest);
  setBe16(bytes, at + 2, internetChecksum(bytes, at, ICMP_HLEN + payloadBytes));
}

export interface IcmpMessage {
  readonly type: number;
  readonly code: number;
  readonly rest: number;
}

/** The record at `at`; the caller has checked. */
export const parseIcmp = (bytes: Uint8Array, at: number): IcmpMessage => ({
  type: icmpType(bytes, at),
  code: icmpCode(bytes, at),
  rest: icmpRest(bytes, at),
});

/** Header and payload with their checksum. */
export function emitIcmp(m: IcmpMessage, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(ICMP_HLEN + payload.length);
  bytes.set(payload, ICMP_HLEN);
  writeIcmp(bytes, 0, m.type, m.code, m.rest, payload.length);
  return bytes;
}

const UNREACHABLE: Readonly<Record<number, string>> = {
  [ICMP_NET_UNREACH]: 'network',
  [ICMP_HOST_UNREACH]: 'host',
  [ICMP_PROT_UNREACH]: 'protocol',
  [ICMP_PORT_UNREACH]: 'port',
};

/** `ICMP echo request, id 7, seq 1`. */
export function formatIcmp(m: IcmpMessage): string {
  const echo = `id ${m.rest >>> 16}, seq ${m.rest & 0xffff}`;
  switch (m.type) {
    case ICMP_ECHO:
      return `ICMP echo request, ${echo}`;
    case ICMP_ECHOREPLY:
      return `ICMP echo reply, ${echo}`;
    case ICMP_TIME_EXCEEDED:
      return 'ICMP time exceeded';
    case ICMP_DEST_UNREACH:
      if (m.code === ICMP_FRAG_NEEDED) return `ICMP fragmentation needed, mtu ${m.rest & 0xffff}`;
      if (m.code === ICMP_PKT_FILTERED) return 'ICMP administratively prohibited';
      return `ICMP ${UNREACHABLE[m.code] ?? `destination (code ${m.code})`} unreachable`;
    default:
      return `ICMP type ${m.type} code ${m.code}`;
  }
}
