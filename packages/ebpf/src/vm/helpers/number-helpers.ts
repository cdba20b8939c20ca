import { EINVAL, ERANGE } from '../../maps/errno.ts';
import type { Arena } from '../../memory/arena.ts';
import type { Helper } from '../program.ts';

const BASE_MASK = 0x1f;
const SIGNED_MIN = -(2n ** 63n);
const SIGNED_MAX = 2n ** 63n - 1n;
const UNSIGNED_MAX = 2n ** 64n - 1n;

/** bpf_strtol and bpf_strtoul, by id. Kernel: kernel/bpf/helpers.c __bpf_strtoll(). */
export function numberHelpers(arena: Arena): [number, Helper][] {
  return [
    [105, (text, size, base, high, to) => parse(arena, text!, size!, base!, high!, to!, SIGNED_MIN, SIGNED_MAX)],
    [106, (text, size, base, high, to) => parse(arena, text!, size!, base!, high!, to!, 0n, UNSIGNED_MAX)],
  ];
}

/** Reads a number, writes it at `to`, returns how many characters it took, or -errno. */
function parse(
  arena: Arena,
  at: number,
  size: number,
  base: number,
  high: number,
  to: number,
  min: bigint,
  max: bigint,
): number {
  if (high !== 0 || (base & ~BASE_MASK) !== 0 || ![0, 8, 10, 16].includes(base)) return -EINVAL;
  const text = String.fromCharCode(...arena.u8.subarray(at, at + size));
  const match = /^(\s*)(-?)(0[xX](?=[\da-fA-F])|0(?=[0-7]))?/.exec(text)!;
  const [whole, , sign = '', prefix = ''] = match;
  const hex = prefix.length === 2 && base !== 8 && base !== 10;
  const radix = hex || base === 16 ? 16 : base === 8 || (base === 0 && prefix === '0') ? 8 : 10;
  const rest = text.slice(whole.length - (hex ? 0 : prefix.length));
  const digits = (radix === 16 ? /^[\da-fA-F]+/ : radix === 8 ? /^[0-7]+/ : /^\d+/).exec(rest)?.[0];
  if (digits === undefined || (sign === '-' && min === 0n)) return -EINVAL;
  const magnitude = BigInt(radix === 16 ? `0x${digits}` : radix === 8 ? `0o${digits}` : digits);
  const value = sign === '-' ? -magnitude : magnitude;
  if (value < min || value > max) return -ERANGE;
  arena.view.setBigUint64(to, BigInt.asUintN(64, value), true);
  return text.length - rest.length + digits.length;
}
