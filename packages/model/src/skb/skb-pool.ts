import type { Arena } from '@sluice/ebpf';
import type { NetDevice } from '../core/net-device.ts';
import { BufferPool, HEADROOM_BYTES } from './buffer-pool.ts';
import { SkBuff } from './sk-buff.ts';

/** All packets of a kernel: objects and their buffers, used again and again. */
export class SkbPool {
  readonly buffers: BufferPool;
  /** Packets handed out and not yet given back: 0 when a kernel is idle, or something leaks. */
  inUse = 0;
  readonly #arena: Arena;
  #free: SkBuff | null = null;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.buffers = new BufferPool(arena);
  }

  /** An empty packet with room for `bytes` and a full headroom, at `dev`. */
  alloc(bytes: number, dev: NetDevice): SkBuff {
    const size = BufferPool.sizeFor(bytes);
    return this.wrap(this.buffers.alloc(size), size, HEADROOM_BYTES, 0, dev);
  }

  /** A packet around a buffer that is filled already: `bytes` of data start `offset` behind `head`. */
  wrap(head: number, size: number, offset: number, bytes: number, dev: NetDevice): SkBuff {
    let skb = this.#free;
    if (skb === null) skb = new SkBuff(this, this.#arena);
    else this.#free = skb.next;
    this.inUse++;
    skb.reset();
    skb.head = head;
    skb.size = size;
    skb.data = head + offset;
    skb.tail = skb.data + bytes;
    skb.dev = dev;
    return skb;
  }

  /** Takes packet and buffer back. */
  release(skb: SkBuff): void {
    this.buffers.free(skb.head, skb.size);
    this.releaseObject(skb);
  }

  /** Takes the packet back, but leaves its buffer to the caller. */
  releaseObject(skb: SkBuff): void {
    this.inUse--;
    skb.next = this.#free;
    this.#free = skb;
  }
}
