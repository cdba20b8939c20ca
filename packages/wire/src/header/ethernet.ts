import { formatMac, parseMac } from '../address/mac.ts';
import { be16At, setBe16 } from '../bytes/big-endian.ts';
import { copyBytes } from '../bytes/copy.ts';
import { formatEtherType } from './ether-types.ts';

/** Ethernet II header: destination 0, source 6, type 12. Spec: IEEE 802.3. */
export const ETH_HLEN = 14;
const DESTINATION = 0;
const SOURCE = 6;
const TYPE = 12;

/** What is wrong with the header at `at`, given that the frame ends at `end`; undefined where nothing is. */
export const checkEthernet = (at: number, end: number): string | undefined =>
  end - at < ETH_HLEN ? `frame of ${Math.max(0, end - at)} bytes is shorter than an Ethernet header` : undefined;

export const etherType = (bytes: Uint8Array, at: number): number => be16At(bytes, at + TYPE);
export const setEtherType = (bytes: Uint8Array, at: number, type: number): void => setBe16(bytes, at + TYPE, type);
/** Offset of the destination address in `bytes`. */
export const etherDestination = (at: number): number => at + DESTINATION;
/** Offset of the source address in `bytes`. */
export const etherSource = (at: number): number => at + SOURCE;

/** Writes a header; `destination` and `source` are six bytes each. */
export function writeEthernet(
  bytes: Uint8Array,
  at: number,
  destination: Uint8Array,
  source: Uint8Array,
  type: number,
): void {
  copyBytes(destination, 0, bytes, at + DESTINATION, 6);
  copyBytes(source, 0, bytes, at + SOURCE, 6);
  setBe16(bytes, at + TYPE, type);
}

export interface EthernetHeader {
  readonly destination: string;
  readonly source: string;
  readonly type: number;
}

/** The record at `at`; the caller has checked. */
export const parseEthernet = (bytes: Uint8Array, at: number): EthernetHeader => ({
  destination: formatMac(bytes, at + DESTINATION),
  source: formatMac(bytes, at + SOURCE),
  type: etherType(bytes, at),
});

/** Fourteen bytes. Throws RangeError for text that is no MAC address. */
export function emitEthernet(header: EthernetHeader): Uint8Array {
  const destination = parseMac(header.destination);
  const source = parseMac(header.source);
  if (!destination || !source)
    throw new RangeError(`not a MAC address: ${destination ? header.source : header.destination}`);
  const bytes = new Uint8Array(ETH_HLEN);
  writeEthernet(bytes, 0, destination, source, header.type);
  return bytes;
}

/** `02:…:01 > 02:…:02, IPv4`. */
export const formatEthernet = (h: EthernetHeader): string =>
  `${h.source} > ${h.destination}, ${formatEtherType(h.type)}`;
