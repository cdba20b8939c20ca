import type { SkBuff } from './sk-buff.ts';

/** Gives packet and buffer back. Kernel: net/core/skbuff.c kfree_skb(). Counting the reason is the runner's. */
export function kfreeSkb(skb: SkBuff): void {
  skb.pool.release(skb);
}
