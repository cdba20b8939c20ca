import { be16At } from '../bytes/big-endian.ts';

/**
 * Sixteen bytes as text: lower case, longest run of zero groups (first where equal, two at least) as `::`.
 * Spec: RFC 5952 §4.
 */
export function formatIpv6(bytes: Uint8Array, at = 0): string {
  const groups = Array.from({ length: 8 }, (_, i) => be16At(bytes, at + 2 * i));
  let best = 0;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > bestLength) [best, bestLength] = [start, length];
  }
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((g) => g.toString(16))
      .join(':');
  return bestLength < 2 ? text(0, 8) : `${text(0, best)}::${text(best + bestLength, 8)}`;
}
