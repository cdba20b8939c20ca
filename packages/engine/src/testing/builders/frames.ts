import {
  buildIcmpFrame,
  buildIpv4Frame,
  buildTcpFrame,
  buildUdpFrame,
  ETH_HLEN,
  ETH_P_ARP,
  emitArp,
  emitEthernet,
  type FrameEnds,
  IP_MF,
  type TcpEnds,
  updateIpChecksum,
} from '@sluice/wire';
import { IP, MAC } from './addresses.ts';

export const text = (line: string): Uint8Array => new TextEncoder().encode(line);
export const plain = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** From the stranger on the left to the host under test. */
const ENDS: FrameEnds = { sourceMac: MAC.stranger, destinationMac: MAC.b, source: IP.stranger, destination: IP.b };

type Udp = Partial<Parameters<typeof buildUdpFrame>[0]>;

/** A datagram from the stranger's port 4000 to our port 5000, where nothing else is said. */
export const udp = (more: Udp = {}, payload: string | Uint8Array = 'hello'): Uint8Array =>
  buildUdpFrame({ ...ENDS, sourcePort: 4000, destinationPort: 5000, ...more }, bytesOf(payload));

/** A TCP segment from the stranger's port 4000 to our port 80. */
export const tcp = (more: Partial<TcpEnds> = {}, payload: string | Uint8Array = ''): Uint8Array =>
  buildTcpFrame({ ...ENDS, sourcePort: 4000, destinationPort: 80, sequence: 1000, ...more }, bytesOf(payload));

/** An ICMP message from the stranger; an echo request where nothing else is said. */
export const icmp = (
  more: Partial<FrameEnds> & { readonly type?: number; readonly code?: number; readonly rest?: number } = {},
  payload: string | Uint8Array = 'abc',
): Uint8Array => buildIcmpFrame({ ...ENDS, type: 8, code: 0, rest: 0x0007_0001, ...more }, bytesOf(payload));

/** An IPv4 packet of any protocol from the stranger. */
export const ipv4 = (protocol: number, transport: Uint8Array, more: Partial<FrameEnds> = {}): Uint8Array =>
  buildIpv4Frame({ ...ENDS, ...more }, protocol, transport);

/** A fragment of an IPv4 packet: bytes `from` to `to` of `frame`'s payload, `to` being its end where it is the last. */
export function fragmentOf(frame: Uint8Array, from: number, to: number): Uint8Array {
  const payload = frame.subarray(ETH_HLEN + 20);
  const part = payload.subarray(from, to);
  const cut = new Uint8Array(ETH_HLEN + 20 + part.length);
  cut.set(frame.subarray(0, ETH_HLEN + 20));
  cut.set(part, ETH_HLEN + 20);
  const view = new DataView(cut.buffer);
  view.setUint16(ETH_HLEN + 2, 20 + part.length);
  view.setUint16(ETH_HLEN + 6, (from >> 3) | (to < payload.length ? IP_MF : 0));
  updateIpChecksum(cut, ETH_HLEN);
  return cut;
}

/** An ARP packet from the stranger, to everyone where nothing else is said. */
export function arp(more: {
  readonly operation: 'request' | 'reply';
  readonly targetIp: string;
  readonly senderIp?: string;
  readonly senderMac?: string;
  readonly targetMac?: string;
  readonly to?: string;
}): Uint8Array {
  const senderMac = more.senderMac ?? MAC.stranger;
  const ethernet = emitEthernet({ destination: more.to ?? MAC.broadcast, source: senderMac, type: ETH_P_ARP });
  const packet = emitArp({
    operation: more.operation === 'request' ? 1 : 2,
    senderMac,
    senderIp: more.senderIp ?? IP.stranger,
    targetMac: more.targetMac ?? '00:00:00:00:00:00',
    targetIp: more.targetIp,
  });
  return Uint8Array.of(...ethernet, ...packet);
}

/** The frame with bytes changed: `{ offset: value }`. The IP checksum is made right again where `checksum` says so. */
export function altered(frame: Uint8Array, bytes: Readonly<Record<number, number>>, checksum = false): Uint8Array {
  const copy = frame.slice();
  for (const [at, value] of Object.entries(bytes)) copy[Number(at)] = value;
  if (checksum) updateIpChecksum(copy, ETH_HLEN);
  return copy;
}

/** The frame with bytes behind it that its headers know nothing of. */
export const padded = (frame: Uint8Array, count: number): Uint8Array =>
  Uint8Array.of(...frame, ...new Uint8Array(count));

const bytesOf = (payload: string | Uint8Array): Uint8Array => (typeof payload === 'string' ? text(payload) : payload);
