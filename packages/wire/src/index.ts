/**
 * Bytes on the wire: accessors, checksums, addresses, one file per protocol header, capture files.
 *
 * Read first: `header/ipv4.ts` (every header has its shape: a check, a lens of functions over bytes and offset, and a
 * plain record with parse, emit and format).
 */
export * from './address/ipv4.ts';
export * from './address/ipv6.ts';
export * from './address/mac.ts';
export * from './bytes/big-endian.ts';
export * from './bytes/copy.ts';
export * from './bytes/hex.ts';
export * from './bytes/little-endian.ts';
export * from './capture/capture.ts';
export { readCapture } from './capture/read-capture.ts';
export { writePcap } from './capture/write-pcap.ts';
export { type PcapngInterface, type PcapngPacket, writePcapng } from './capture/write-pcapng.ts';
export * from './checksum/internet.ts';
export * from './frame/build-frame.ts';
export { formatFrame, summarizeFrame } from './frame/format-frame.ts';
export { type HeaderField, headerFields } from './frame/header-fields.ts';
export { type FrameLayer, icmpQuotesPacket, type LayerKind, walkFrame } from './frame/walk-frame.ts';
export * from './header/arp.ts';
export * from './header/ether-types.ts';
export * from './header/ethernet.ts';
export * from './header/icmp.ts';
export * from './header/ip-protocols.ts';
export * from './header/ipv4.ts';
export * from './header/ipv6.ts';
export * from './header/tcp.ts';
export * from './header/tcp-options.ts';
export * from './header/udp.ts';
