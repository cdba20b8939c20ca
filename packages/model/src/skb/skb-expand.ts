import { copyBytes } from '@sluice/wire';
import { HEADROOM_BYTES, LARGE_BUFFER_BYTES } from './buffer-pool.ts';
import type { SkBuff } from './sk-buff.ts';

/**
 * Makes sure of `head` free bytes before the data and `tail` behind it, moving the packet into another buffer where its
 * own is too small. Returns false where no buffer is large enough. Kernel: net/core/skbuff.c pskb_expand_head().
 */
export function skbExpand(skb: SkBuff, head: number, tail: number): boolean {
  if (skb.headroom - skb.metaBytes >= head && skb.tailroom >= tail) return true;
  const keep = Math.max(HEADROOM_BYTES, head);
  if (keep + skb.len + tail > LARGE_BUFFER_BYTES) return false;
  const size = LARGE_BUFFER_BYTES;
  const buffer = skb.pool.buffers.alloc(size);
  const first = skb.macHeader !== 0 ? Math.min(skb.macHeader, skb.data) : skb.data;
  const shift = buffer + keep + (skb.data - first) - skb.data;
  copyBytes(skb.bytes, first, skb.bytes, first + shift, skb.tail - first);
  skb.pool.buffers.free(skb.head, skb.size);
  skb.head = buffer;
  skb.size = size;
  skb.data += shift;
  skb.tail += shift;
  if (skb.macHeader !== 0) skb.macHeader += shift;
  if (skb.networkHeader !== 0) skb.networkHeader += shift;
  if (skb.transportHeader !== 0) skb.transportHeader += shift;
  skb.metaBytes = 0;
  return true;
}
