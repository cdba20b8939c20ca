import type { Arena } from '@sluice/ebpf';
import { copyBytes } from '@sluice/wire';
import { BufferPool, HEADROOM_BYTES } from '../skb/buffer-pool.ts';

/** Words of a descriptor: buffer address, frame length, packet number, done flag. */
const WORDS = 4;
const BUFFER = 0;
const LENGTH = 1;
const PACKET = 2;
const DONE = 3;

/**
 * A receive queue's descriptor ring, in the arena as in DMA memory. The NIC fills descriptors in order and marks them
 * done; the driver takes done ones in order, and gives each a new buffer. Row A1.
 */
export class RxRing {
  readonly size: number;
  readonly bufferBytes: number;
  readonly #u32: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #buffers: BufferPool;
  readonly #base: number;
  /** Next descriptor for the NIC, and for the driver. */
  #fill = 0;
  #clean = 0;

  constructor(arena: Arena, buffers: BufferPool, size: number, frameBytesMax: number) {
    this.size = size;
    this.bufferBytes = BufferPool.sizeFor(frameBytesMax);
    this.#u32 = arena.u32;
    this.#bytes = arena.u8;
    this.#buffers = buffers;
    this.#base = arena.alloc(size * WORDS * 4) >>> 2;
    for (let i = 0; i < size; i++) this.#u32[this.#base + i * WORDS + BUFFER] = buffers.alloc(this.bufferBytes);
  }

  /** The NIC's side: writes a frame where the next descriptor points. False where the ring is full. */
  dmaWrite(from: Uint8Array, at: number, length: number, packetId: number): boolean {
    const d = this.#base + this.#fill * WORDS;
    const u32 = this.#u32;
    if (u32[d + DONE] !== 0) return false;
    copyBytes(from, at, this.#bytes, u32[d + BUFFER]! + HEADROOM_BYTES, length);
    u32[d + LENGTH] = length;
    u32[d + PACKET] = packetId;
    u32[d + DONE] = 1;
    this.#fill = this.#fill + 1 === this.size ? 0 : this.#fill + 1;
    return true;
  }

  /** Whether a frame waits for the driver. */
  get ready(): boolean {
    return this.#u32[this.#base + this.#clean * WORDS + DONE] !== 0;
  }

  /** Of the frame that waits: its buffer, its length, its number. */
  get buffer(): number {
    return this.#u32[this.#base + this.#clean * WORDS + BUFFER]!;
  }

  get length(): number {
    return this.#u32[this.#base + this.#clean * WORDS + LENGTH]!;
  }

  get packetId(): number {
    return this.#u32[this.#base + this.#clean * WORDS + PACKET]!;
  }

  /** The driver is done with the frame. It kept the buffer (`taken`), and a new one takes its place, or it did not. */
  advance(taken: boolean): void {
    const d = this.#base + this.#clean * WORDS;
    if (taken) this.#u32[d + BUFFER] = this.#buffers.alloc(this.bufferBytes);
    this.#u32[d + DONE] = 0;
    this.#clean = this.#clean + 1 === this.size ? 0 : this.#clean + 1;
  }
}
