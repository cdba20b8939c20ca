import type { Arena } from '../memory/arena.ts';
import { HASH_END, HASH_WORD } from './lookup-plan.ts';

/** Reads 32 bits at any alignment. */
export function loadWord(arena: Arena, at: number): number {
  if ((at & 3) === 0) return arena.i32[at >> 2]!;
  const u8 = arena.u8;
  return u8[at]! | (u8[at + 1]! << 8) | (u8[at + 2]! << 16) | (u8[at + 3]! << 24);
}

/** Hash of `size` bytes, the same at any alignment; 32 bits, signed. Compiled code has it too: `emitHash`. */
export function hashBytes(arena: Arena, at: number, size: number): number {
  let hash = size;
  const whole = size & ~3;
  if ((at & 3) === 0) {
    const i32 = arena.i32;
    const end = (at + whole) >> 2;
    for (let i = at >> 2; i < end; i++) hash = mix(hash, i32[i]!);
  } else {
    for (let i = 0; i < whole; i += 4) hash = mix(hash, loadWord(arena, at + i));
  }
  if (whole !== size) {
    let rest = 0;
    for (let i = whole; i < size; i++) rest = (rest << 8) | arena.u8[at + i]!;
    hash = mix(hash, rest);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, HASH_END);
  return hash ^ (hash >>> 15);
}

function mix(hash: number, word: number): number {
  const h = Math.imul(hash ^ word, HASH_WORD);
  return (h << 15) | (h >>> 17);
}

/** Whether two runs of `size` bytes are the same. */
export function sameBytes(arena: Arena, a: number, b: number, size: number): boolean {
  let i = 0;
  if (((a | b) & 3) === 0) {
    const i32 = arena.i32;
    for (; i + 4 <= size; i += 4) if (i32[(a + i) >> 2] !== i32[(b + i) >> 2]) return false;
  }
  const u8 = arena.u8;
  for (; i < size; i++) if (u8[a + i] !== u8[b + i]) return false;
  return true;
}

/** Copies `size` bytes inside the arena; the two runs may overlap. */
export function copyBytes(arena: Arena, to: number, from: number, size: number): void {
  if (size > 128 || ((to | from | size) & 3) !== 0) {
    arena.u8.copyWithin(to, from, from + size);
    return;
  }
  if (to <= from || to >= from + size) {
    const i32 = arena.i32;
    const end = (from + size) >> 2;
    for (let i = from >> 2, j = to >> 2; i < end; i++, j++) i32[j] = i32[i]!;
    return;
  }
  arena.u8.copyWithin(to, from, from + size);
}
