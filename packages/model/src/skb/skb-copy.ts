import { copyBytes } from '@sluice/wire';
import { BufferPool } from './buffer-pool.ts';
import type { SkBuff } from './sk-buff.ts';
import { SK_BUFF_CONTEXT_BYTES } from './sk-buff-fields.ts';

/**
 * A second packet with the same bytes and fields; it is nobody's yet, and untraced until `tracer.follow` adopts it.
 * Kernel: net/core/skbuff.c skb_copy().
 */
export function skbCopy(skb: SkBuff): SkBuff {
  const size = Math.max(skb.size, BufferPool.sizeFor(skb.len));
  const copy = skb.pool.wrap(skb.pool.buffers.alloc(size), size, skb.headroom, skb.len, skb.dev);
  const shift = copy.head - skb.head;
  const from = Math.min(skb.macHeader || skb.data, skb.data) - skb.metaBytes;
  copyBytes(skb.bytes, from, skb.bytes, from + shift, skb.tail - from);
  copyBytes(skb.bytes, skb.ctx, skb.bytes, copy.ctx, SK_BUFF_CONTEXT_BYTES);
  copy.macHeader = skb.macHeader === 0 ? 0 : skb.macHeader + shift;
  copy.networkHeader = skb.networkHeader === 0 ? 0 : skb.networkHeader + shift;
  copy.transportHeader = skb.transportHeader === 0 ? 0 : skb.transportHeader + shift;
  copy.macBytes = skb.macBytes;
  copy.ipSummed = skb.ipSummed;
  copy.gsoBytes = skb.gsoBytes;
  copy.gsoSegments = skb.gsoSegments;
  copy.metaBytes = skb.metaBytes;
  copy.dst = skb.dst;
  copy.inputInterface = skb.inputInterface;
  copy.timeNs = skb.timeNs;
  return copy;
}
