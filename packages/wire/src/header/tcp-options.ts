import { be16At, be32At, setBe16, setBe32 } from '../bytes/big-endian.ts';

/** TCP options: MSS (RFC 9293 §3.2), window scale and timestamps (RFC 7323), SACK permitted and blocks (RFC 2018). */
export interface TcpOptions {
  readonly mss?: number;
  /** Shift count, 0…14. */
  readonly windowScale?: number;
  readonly sackPermitted?: boolean;
  readonly timestamp?: { readonly value: number; readonly echo: number };
  /** Left and right edges, unsigned. */
  readonly sack?: readonly (readonly [number, number])[];
}

const END = 0;
const NOP = 1;
const MSS = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const TIMESTAMP = 8;

/** Reads the `length` bytes of options at `at`. A malformed option ends the reading: what came before it counts. */
export function parseTcpOptions(bytes: Uint8Array, at: number, length: number): TcpOptions {
  const options: { -readonly [K in keyof TcpOptions]: TcpOptions[K] } = {};
  const end = at + length;
  for (let i = at; i < end; ) {
    const kind = bytes[i]!;
    if (kind === END) break;
    if (kind === NOP) {
      i++;
      continue;
    }
    const size = i + 1 < end ? bytes[i + 1]! : 0;
    if (size < 2 || i + size > end) break;
    if (kind === MSS && size === 4) options.mss = be16At(bytes, i + 2);
    else if (kind === WINDOW_SCALE && size === 3) options.windowScale = Math.min(14, bytes[i + 2]!);
    else if (kind === SACK_PERMITTED && size === 2) options.sackPermitted = true;
    else if (kind === TIMESTAMP && size === 10)
      options.timestamp = { value: be32At(bytes, i + 2), echo: be32At(bytes, i + 6) };
    else if (kind === SACK && (size - 2) % 8 === 0) options.sack = readSackBlocks(bytes, i + 2, (size - 2) / 8);
    i += size;
  }
  return options;
}

const readSackBlocks = (bytes: Uint8Array, at: number, count: number): (readonly [number, number])[] =>
  Array.from({ length: count }, (_, i) => [be32At(bytes, at + 8 * i), be32At(bytes, at + 8 * i + 4)] as const);

/** The options' bytes, padded with NOPs to a multiple of four. */
export function emitTcpOptions(options: TcpOptions): Uint8Array {
  const bytes = new Uint8Array(40);
  let at = 0;
  const head = (kind: number, size: number): number => {
    bytes[at] = kind;
    bytes[at + 1] = size;
    at += size;
    return at - size + 2;
  };
  if (options.mss !== undefined) setBe16(bytes, head(MSS, 4), options.mss);
  if (options.sackPermitted) head(SACK_PERMITTED, 2);
  if (options.timestamp) {
    const t = head(TIMESTAMP, 10);
    setBe32(bytes, t, options.timestamp.value);
    setBe32(bytes, t + 4, options.timestamp.echo);
  }
  if (options.windowScale !== undefined) bytes[head(WINDOW_SCALE, 3)] = options.windowScale;
  const room = Math.floor((40 - at - 2) / 8);
  const blocks = options.sack?.slice(0, room) ?? [];
  if (blocks.length > 0) {
    const s = head(SACK, 2 + 8 * blocks.length);
    blocks.forEach(([left, right], i) => {
      setBe32(bytes, s + 8 * i, left);
      setBe32(bytes, s + 8 * i + 4, right);
    });
  }
  while (at % 4 !== 0) bytes[at++] = NOP;
  return bytes.slice(0, at);
}
