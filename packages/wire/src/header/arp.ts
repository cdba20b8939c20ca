import { formatIpv4, parseIpv4 } from '../address/ipv4.ts';
import { formatMac, parseMac } from '../address/mac.ts';
import { be16At, be32At, setBe16, setBe32 } from '../bytes/big-endian.ts';
import { copyBytes } from '../bytes/copy.ts';

/** ARP for IPv4 over Ethernet. Spec: RFC 826. */
export const ARP_HLEN = 28;
export const ARPHRD_ETHER = 1;
export const ARPOP_REQUEST = 1;
export const ARPOP_REPLY = 2;

const HARDWARE = 0;
const PROTOCOL = 2;
const HARDWARE_LENGTH = 4;
const PROTOCOL_LENGTH = 5;
const OPERATION = 6;
const SENDER_MAC = 8;
const SENDER_IP = 14;
const TARGET_MAC = 18;
const TARGET_IP = 24;

/** What is wrong with an ARP packet at `at`; undefined where it is IPv4 over Ethernet and whole. */
export function checkArp(bytes: Uint8Array, at: number, end: number): string | undefined {
  if (end - at < ARP_HLEN) return `ARP packet of ${end - at} bytes is shorter than ${ARP_HLEN}`;
  if (be16At(bytes, at + HARDWARE) !== ARPHRD_ETHER)
    return `hardware type ${be16At(bytes, at + HARDWARE)} is not Ethernet`;
  if (be16At(bytes, at + PROTOCOL) !== 0x0800) return 'protocol type is not IPv4';
  if (bytes[at + HARDWARE_LENGTH] !== 6 || bytes[at + PROTOCOL_LENGTH] !== 4) return 'address lengths are not 6 and 4';
  return undefined;
}

export const arpOperation = (bytes: Uint8Array, at: number): number => be16At(bytes, at + OPERATION);
export const arpSenderIp = (bytes: Uint8Array, at: number): number => be32At(bytes, at + SENDER_IP);
export const arpTargetIp = (bytes: Uint8Array, at: number): number => be32At(bytes, at + TARGET_IP);
/** Offset of the sender's MAC address in `bytes`. */
export const arpSenderMac = (at: number): number => at + SENDER_MAC;
/** Offset of the target's MAC address in `bytes`. */
export const arpTargetMac = (at: number): number => at + TARGET_MAC;

/** Writes 28 bytes; MAC addresses are six bytes each, IP addresses unsigned numbers. */
export function writeArp(
  bytes: Uint8Array,
  at: number,
  operation: number,
  senderMac: Uint8Array,
  senderIp: number,
  targetMac: Uint8Array,
  targetIp: number,
): void {
  setBe16(bytes, at + HARDWARE, ARPHRD_ETHER);
  setBe16(bytes, at + PROTOCOL, 0x0800);
  bytes[at + HARDWARE_LENGTH] = 6;
  bytes[at + PROTOCOL_LENGTH] = 4;
  setBe16(bytes, at + OPERATION, operation);
  copyBytes(senderMac, 0, bytes, at + SENDER_MAC, 6);
  setBe32(bytes, at + SENDER_IP, senderIp);
  copyBytes(targetMac, 0, bytes, at + TARGET_MAC, 6);
  setBe32(bytes, at + TARGET_IP, targetIp);
}

export interface ArpPacket {
  readonly operation: number;
  readonly senderMac: string;
  readonly senderIp: string;
  readonly targetMac: string;
  readonly targetIp: string;
}

/** The record at `at`; the caller has checked. */
export const parseArp = (bytes: Uint8Array, at: number): ArpPacket => ({
  operation: arpOperation(bytes, at),
  senderMac: formatMac(bytes, at + SENDER_MAC),
  senderIp: formatIpv4(arpSenderIp(bytes, at)),
  targetMac: formatMac(bytes, at + TARGET_MAC),
  targetIp: formatIpv4(arpTargetIp(bytes, at)),
});

/** Twenty-eight bytes. Throws RangeError for text that is no address. */
export function emitArp(p: ArpPacket): Uint8Array {
  const macs = [parseMac(p.senderMac), parseMac(p.targetMac)] as const;
  const ips = [parseIpv4(p.senderIp), parseIpv4(p.targetIp)] as const;
  if (!macs[0] || !macs[1] || ips[0] === undefined || ips[1] === undefined)
    throw new RangeError('not an address in ARP');
  const bytes = new Uint8Array(ARP_HLEN);
  writeArp(bytes, 0, p.operation, macs[0], ips[0], macs[1], ips[1]);
  return bytes;
}

/** `ARP who-has 10.0.0.2 tell 10.0.0.1`. */
export function formatArp(p: ArpPacket): string {
  if (p.operation === ARPOP_REQUEST) return `ARP who-has ${p.targetIp} tell ${p.senderIp}`;
  if (p.operation === ARPOP_REPLY) return `ARP reply ${p.senderIp} is-at ${p.senderMac}`;
  return `ARP operation ${p.operation}`;
}
