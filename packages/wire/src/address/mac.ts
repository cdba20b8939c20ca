/** Bytes in an Ethernet address. */
export const ETH_ALEN = 6;

/** `02:00:00:00:00:01` → six bytes. Undefined for anything else. */
export function parseMac(text: string): Uint8Array | undefined {
  if (!/^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}$/.test(text)) return undefined;
  return Uint8Array.from(text.split(/[:-]/), (part) => Number.parseInt(part, 16));
}

/** Six bytes → `02:00:00:00:00:01`. */
export function formatMac(bytes: Uint8Array, at = 0): string {
  let text = '';
  for (let i = 0; i < ETH_ALEN; i++) {
    text += (i === 0 ? '' : ':') + (bytes[at + i]! | 0).toString(16).padStart(2, '0');
  }
  return text;
}

/** The group bit: multicast, and broadcast as its special case. */
export const isMulticastMac = (bytes: Uint8Array, at: number): boolean => (bytes[at]! & 1) !== 0;

/** ff:ff:ff:ff:ff:ff. */
export function isBroadcastMac(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < ETH_ALEN; i++) if (bytes[at + i] !== 0xff) return false;
  return true;
}
