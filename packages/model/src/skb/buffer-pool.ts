import type { Arena } from '@sluice/ebpf';

/** Room before the packet for headers that are added: XDP_PACKET_HEADROOM in the kernel. */
export const HEADROOM_BYTES = 256;
/** A buffer for a packet of ordinary size, headroom included. */
export const SMALL_BUFFER_BYTES = 2048;
/** A buffer for the largest packet there is: jumbo frames, GRO's merged segments, reassembled datagrams. */
export const LARGE_BUFFER_BYTES = HEADROOM_BYTES + 65536 + 512;

/** Packet buffers in the arena, two sizes, used again and again. */
export class BufferPool {
  readonly #arena: Arena;
  readonly #small: number[] = [];
  readonly #large: number[] = [];

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** Size of the buffer that `alloc` hands out for a packet of `bytes`. */
  static sizeFor(bytes: number): number {
    return bytes + HEADROOM_BYTES <= SMALL_BUFFER_BYTES ? SMALL_BUFFER_BYTES : LARGE_BUFFER_BYTES;
  }

  /** Address of a buffer of `size` bytes, one of the two sizes above; its contents are what the last packet left. */
  alloc(size: number): number {
    const list = size === SMALL_BUFFER_BYTES ? this.#small : this.#large;
    return list.pop() ?? this.#arena.alloc(size);
  }

  free(address: number, size: number): void {
    if (size === SMALL_BUFFER_BYTES) this.#small.push(address);
    else this.#large.push(address);
  }
}
