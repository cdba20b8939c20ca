import {
  ETH_HLEN,
  foldSum,
  formatFrame,
  IP_MF,
  IP_OFFSET,
  IPPROTO_TCP,
  IPPROTO_UDP,
  ipDestination,
  ipFragment,
  ipHeaderBytes,
  ipProtocol,
  ipSource,
  ipTotalLength,
  pseudoHeaderSum,
  sumBytes,
  toHex,
  updateIpChecksum,
} from '@sluice/wire';

/** Offset of the checksum in the transport headers. */
const CHECKSUM_AT: Readonly<Record<number, number>> = { [IPPROTO_TCP]: 16, [IPPROTO_UDP]: 6 };

/**
 * A copy with the transport checksum filled in where a stack left that to the hardware: Linux hands such a frame over a
 * veth as it is, the field holding the sum of the pseudo-header alone. A wrong checksum stays wrong.
 */
export function withChecksum(frame: Uint8Array): Uint8Array {
  const bytes = frame.slice();
  if (!isWholeIpv4(bytes)) return bytes;
  const at = ETH_HLEN + ipHeaderBytes(bytes, ETH_HLEN);
  const length = ETH_HLEN + ipTotalLength(bytes, ETH_HLEN) - at;
  const protocol = ipProtocol(bytes, ETH_HLEN);
  const field = at + (CHECKSUM_AT[protocol] ?? -1);
  if (field < at || length < 8 || at + length > bytes.length || field + 2 > at + length) return bytes;
  const pseudo = pseudoHeaderSum(ipSource(bytes, ETH_HLEN), ipDestination(bytes, ETH_HLEN), protocol, length);
  const view = new DataView(bytes.buffer);
  if (view.getUint16(field) !== foldSum(pseudo)) return bytes;
  view.setUint16(field, 0);
  view.setUint16(field, ~foldSum(sumBytes(bytes, at, length, pseudo)) & 0xffff || 0xffff);
  return bytes;
}

/** The same without what is left to chance: the IP identification, where `keepId` does not know it. */
export function withoutChance(frame: Uint8Array, keepId: (id: number) => boolean = () => false): Uint8Array {
  const bytes = withChecksum(frame);
  if (bytes.length < ETH_HLEN + 20 || bytes[12] !== 8 || bytes[13] !== 0) return bytes;
  const id = ((bytes[ETH_HLEN + 4] ?? 0) << 8) | (bytes[ETH_HLEN + 5] ?? 0);
  if (keepId(id)) return bytes;
  bytes[ETH_HLEN + 4] = 0;
  bytes[ETH_HLEN + 5] = 0;
  updateIpChecksum(bytes, ETH_HLEN);
  return bytes;
}

/** A frame as one line, without the IP identification. */
export const shown = (frame: Uint8Array): string => formatFrame(withoutChance(frame));

/** A frame as hex, without the IP identification. */
export const hex = (frame: Uint8Array): string => toHex(withoutChance(frame));

function isWholeIpv4(bytes: Uint8Array): boolean {
  if (bytes.length < ETH_HLEN + 20 || bytes[12] !== 8 || bytes[13] !== 0) return false;
  return (ipFragment(bytes, ETH_HLEN) & (IP_MF | IP_OFFSET)) === 0 && ipHeaderBytes(bytes, ETH_HLEN) >= 20;
}
