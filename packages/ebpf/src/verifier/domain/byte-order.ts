import { type Bounds, MutableBounds, UNBOUNDED } from './bounds.ts';
import { settle } from './sync.ts';
import { tnumCast } from './tnum.ts';

/**
 * The low `bits` of a number in another byte order, zero-extended; `le` leaves the order as it is. Only bits are
 * followed, from which bounds then follow.
 *
 * Kernel: kernel/bpf/verifier.c scalar_byte_swap() of 6.18's stable releases, for a little-endian machine.
 */
export function byteOrderBounds(op: 'le' | 'be' | 'bswap', bits: 16 | 32 | 64, b: Bounds): Bounds {
  const { value, mask } = tnumCast(b.bits, bits / 8);
  const r = new MutableBounds(UNBOUNDED);
  r.bits = op === 'le' ? { value, mask } : { value: swapped(value, bits), mask: swapped(mask, bits) };
  return settle(r);
}

function swapped(word: bigint, bits: number): bigint {
  let result = 0n;
  for (let i = 0; i < bits; i += 8) {
    result = (result << 8n) | (word & 0xffn);
    word >>= 8n;
  }
  return result;
}
