/** `0a0b0c` for three bytes. */
export function toHex(bytes: Uint8Array, at = 0, length = bytes.length - at): string {
  let text = '';
  for (let i = 0; i < length; i++) text += (bytes[at + i]! | 0).toString(16).padStart(2, '0');
  return text;
}

/** Reads pairs of hex digits; white space is skipped. Returns undefined for anything else. */
export function fromHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, '');
  if (digits.length % 2 !== 0 || /[^0-9a-fA-F]/.test(digits)) return undefined;
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
