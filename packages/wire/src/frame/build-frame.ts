import { ETH_P_IP } from '../header/ether-types.ts';
import { ETH_HLEN, emitEthernet } from '../header/ethernet.ts';
import { emitIcmp } from '../header/icmp.ts';
import { IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP } from '../header/ip-protocols.ts';
import { emitIpv4, IP_DF, IPV4_HLEN, ipDestination, ipSource } from '../header/ipv4.ts';
import { TCP_ACK, TCP_HLEN, updateTcpChecksum, writeTcp } from '../header/tcp.ts';
import { emitTcpOptions, type TcpOptions } from '../header/tcp-options.ts';
import { UDP_HLEN, writeUdp } from '../header/udp.ts';

/** The Ethernet and IP ends of a frame to be built; addresses are text. */
export interface FrameEnds {
  readonly sourceMac: string;
  readonly destinationMac: string;
  readonly source: string;
  readonly destination: string;
  /** Default 64. */
  readonly ttl?: number;
  readonly id?: number;
  /** Default IP_DF. */
  readonly fragment?: number;
}

/** A whole IPv4 frame around `transport`, the bytes after the IP header. Throws RangeError for text that is no address. */
export function buildIpv4Frame(ends: FrameEnds, protocol: number, transport: Uint8Array): Uint8Array {
  const ethernet = emitEthernet({ destination: ends.destinationMac, source: ends.sourceMac, type: ETH_P_IP });
  const header = emitIpv4({
    source: ends.source,
    destination: ends.destination,
    protocol,
    ttl: ends.ttl ?? 64,
    tos: 0,
    id: ends.id ?? 0,
    fragment: ends.fragment ?? IP_DF,
    totalLength: IPV4_HLEN + transport.length,
    options: new Uint8Array(0),
  });
  const frame = new Uint8Array(ETH_HLEN + IPV4_HLEN + transport.length);
  frame.set(ethernet, 0);
  frame.set(header, ETH_HLEN);
  frame.set(transport, ETH_HLEN + IPV4_HLEN);
  return frame;
}

/** A UDP datagram in IPv4 in Ethernet, checksums right. */
export function buildUdpFrame(
  ends: FrameEnds & { readonly sourcePort: number; readonly destinationPort: number },
  payload: Uint8Array,
): Uint8Array {
  const datagram = new Uint8Array(UDP_HLEN + payload.length);
  datagram.set(payload, UDP_HLEN);
  const frame = buildIpv4Frame(ends, IPPROTO_UDP, datagram);
  const at = ETH_HLEN + IPV4_HLEN;
  const source = ipSource(frame, ETH_HLEN);
  writeUdp(frame, at, ends.sourcePort, ends.destinationPort, payload.length, source, ipDestination(frame, ETH_HLEN));
  return frame;
}

export interface TcpEnds extends FrameEnds {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment?: number;
  /** Default TCP_ACK. */
  readonly flags?: number;
  /** Default 65535. */
  readonly window?: number;
  readonly options?: TcpOptions;
}

/** A TCP segment in IPv4 in Ethernet, checksums right. */
export function buildTcpFrame(ends: TcpEnds, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const options = emitTcpOptions(ends.options ?? {});
  const headerBytes = TCP_HLEN + options.length;
  const segment = new Uint8Array(headerBytes + payload.length);
  const { sourcePort, destinationPort, sequence, acknowledgment = 0, flags = TCP_ACK, window = 65535 } = ends;
  writeTcp(segment, 0, sourcePort, destinationPort, sequence, acknowledgment, headerBytes, flags, window);
  segment.set(options, TCP_HLEN);
  segment.set(payload, headerBytes);
  const frame = buildIpv4Frame(ends, IPPROTO_TCP, segment);
  const at = ETH_HLEN + IPV4_HLEN;
  updateTcpChecksum(frame, at, segment.length, ipSource(frame, ETH_HLEN), ipDestination(frame, ETH_HLEN));
  return frame;
}

/** An ICMP message in IPv4 in Ethernet, checksums right; `rest` is the header's last four bytes. */
export const buildIcmpFrame = (
  ends: FrameEnds & { readonly type: number; readonly code: number; readonly rest: number },
  payload: Uint8Array,
): Uint8Array => buildIpv4Frame(ends, IPPROTO_ICMP, emitIcmp(ends, payload));
