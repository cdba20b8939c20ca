import { UNINITIALISED, type Value } from './value.ts';

/**
 * What is known of one byte of stack: `spill` belongs to a spilled register, `misc` is any value, `zero` is 0.
 */
export const BYTE = { invalid: 0, spill: 1, misc: 2, zero: 3 } as const;
export type StackByte = (typeof BYTE)[keyof typeof BYTE];

/** Bytes in a cell. */
export const CELL = 8;

/**
 * Eight aligned bytes of stack. `bytes` holds four bits for each, the lowest address lowest. A spilled register always
 * starts at the lowest address. Fixed once made.
 */
export class StackCell {
  constructor(
    readonly bytes: number,
    readonly value: Value,
  ) {}

  at(byte: number): StackByte {
    return ((this.bytes >>> (byte * 4)) & 15) as StackByte;
  }

  /** Whether a register, or the low part of one, is spilled here. */
  get isSpill(): boolean {
    return (this.bytes & 15) === BYTE.spill;
  }

  /** How many bytes the spilled register has; 0 for none. */
  get spillBytes(): number {
    let n = 0;
    while (n < CELL && this.at(n) === BYTE.spill) n++;
    return n;
  }

  get isWholeSpill(): boolean {
    return this.bytes === ALL_SPILL;
  }

  withValue(value: Value): StackCell {
    return new StackCell(this.bytes, value);
  }

  /** With one byte changed; what was spilled is then spilled no more. */
  withByte(byte: number, kind: StackByte): StackCell {
    const bytes = this.scrubbed();
    const shift = byte * 4;
    return new StackCell((bytes & ~(15 << shift)) | (kind << shift), UNINITIALISED);
  }

  /** The byte kinds, those of a spilled register turned to `misc`. */
  scrubbed(): number {
    if (!this.isSpill) return this.bytes;
    let bytes = this.bytes;
    for (let i = 0; i < CELL; i++) {
      if (this.at(i) !== BYTE.invalid) bytes = (bytes & ~(15 << (i * 4))) | (BYTE.misc << (i * 4));
    }
    return bytes;
  }
}

const ALL_SPILL = 0x1111_1111;
const ALL_MISC = 0x2222_2222;

export const EMPTY_CELL = new StackCell(0, UNINITIALISED);
export const MISC_CELL = new StackCell(ALL_MISC, UNINITIALISED);

/**
 * The cell after the low `size` bytes of `value` were spilled to it. Bytes beyond keep being zero or invalid; others
 * hold anything.
 */
export function spill(before: StackCell, value: Value, size: number): StackCell {
  if (size === CELL) return new StackCell(ALL_SPILL, value);
  let bytes = 0;
  for (let i = 0; i < CELL; i++) {
    const old = before.at(i);
    const kind = i < size ? BYTE.spill : old === BYTE.spill ? BYTE.misc : old;
    bytes |= kind << (i * 4);
  }
  return new StackCell(bytes, value);
}

/** All bytes hold anything; with `uninitialised` reads allowed, those never written count as such too. */
export function isAllMisc(cell: StackCell, uninitialised: boolean): boolean {
  if (cell.bytes === ALL_MISC) return true;
  for (let i = 0; i < CELL; i++) {
    const byte = cell.at(i);
    if (byte !== BYTE.misc && !(uninitialised && byte === BYTE.invalid)) return false;
  }
  return true;
}

/** Index of the cell at `off` (negative, from the frame's top). */
export function cellIndex(off: number): number {
  return Math.floor((-off - 1) / CELL);
}
