import { withChecksum } from '@sluice/engine/testing';
import { formatIpv4, ipSource, toHex } from '@sluice/wire';

const IP = 14;

/**
 * A frame without what is left to chance, as hex: the IP identification of what a host under test sends itself, the
 * sequence numbers that it chose, and both where an ICMP error quotes them.
 */
export function normalised(frame: Uint8Array, isOwn: (address: string) => boolean): string {
  const bytes = withChecksum(frame);
  if (bytes.length < IP + 20 || bytes[12] !== 8 || bytes[13] !== 0) return toHex(bytes);
  clear(bytes, IP, isOwn);
  const inner = IP + ((bytes[IP] ?? 0) & 15) * 4;
  const isError = bytes[IP + 9] === 1 && [3, 5, 11, 12].includes(bytes[inner] ?? 0);
  if (isError && bytes.length >= inner + 8 + 20 && isOwn(formatIpv4(ipSource(bytes, inner + 8)))) {
    clear(bytes, inner + 8, isOwn, true);
    zero(bytes, inner + 2, 2);
  }
  return toHex(bytes);
}

function clear(bytes: Uint8Array, at: number, isOwn: (address: string) => boolean, quoted = false): void {
  if (!isOwn(formatIpv4(ipSource(bytes, at)))) return;
  zero(bytes, at + 4, 2);
  zero(bytes, at + 10, 2);
  const inner = at + ((bytes[at] ?? 0) & 15) * 4;
  const protocol = bytes[at + 9];
  if (quoted && protocol === 17) zero(bytes, inner + 6, 2);
  if (protocol !== 6) return;
  const flags = bytes[inner + 13] ?? 0;
  if (flags & 4 && !quoted) return;
  zero(bytes, inner + 4, 4);
  zero(bytes, inner + 16, 2);
}

function zero(bytes: Uint8Array, at: number, count: number): void {
  if (at + count <= bytes.length) bytes.fill(0, at, at + count);
}
