/** What random programs and their interpretation agree on: the layout of memory, and how it is read and written. */

/** Fields of the struct that all memory holds: name, offset, bits. */
export const FIELDS = [
  ['d', 0, 64],
  ['c', 8, 32],
  ['b', 12, 16],
  ['a', 14, 8],
  ['e', 15, 8],
] as const;
export const WORDS_OFFSET = 16;
export const WORDS = 4;
export const STRUCT_BYTES = 32;
/** Places for structs: two on the stack, one in the packet, one in a map. */
export const STRUCTS = ['s', 't', 'p', 'm'] as const;
export const SCALARS = ['x', 'y', 'z'] as const;
export const WIDES = ['v', 'w'] as const;
export const RANDOM_PACKET_BYTES = 2 * STRUCT_BYTES + 8 * (SCALARS.length + WIDES.length);

export interface State {
  readonly scalars: Record<string, bigint>;
  readonly structs: Record<string, DataView>;
}

export type Run<T> = (state: State) => T;
/** What a statement ends with. */
export type Flow = 'next' | 'break' | 'continue' | 'return';

export interface Piece<T> {
  readonly text: string;
  readonly run: Run<T>;
}

export function set(name: string, value: Run<bigint>): Run<Flow> {
  return (state) => {
    state.scalars[name] = value(state);
    return 'next';
  };
}

export function load(view: DataView, at: number, bits: number): bigint {
  let value = 0n;
  for (let i = 0; i < bits / 8; i++) value |= BigInt(view.getUint8(at + i)) << BigInt(8 * i);
  return value;
}

export function store(view: DataView, at: number, bits: number, value: bigint): void {
  for (let i = 0; i < bits / 8; i++) view.setUint8(at + i, Number((value >> BigInt(8 * i)) & 255n));
}

/** What each program begins with: the struct `S` that all memory holds. */
export const RANDOM_HEAD = `import { array, arrayMap, atomicAdd, copy, type FixedArray, packet, u16, u32, u64, u8, xdp } from '@sluice/compiler/bpf';
class S { d: u64 = 0n; c: u32 = 0; b: u16 = 0; a: u8 = 0; e: u8 = 0; words: FixedArray<u32, ${WORDS}> = array(u32, ${WORDS}) }
class Out { s: S = new S(); v: u64 = 0n; w: u64 = 0n; x: u64 = 0n; y: u64 = 0n; z: u64 = 0n }
const map = arrayMap(S, { maxEntries: 1 });`;
