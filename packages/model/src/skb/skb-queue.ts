import type { SkBuff } from './sk-buff.ts';

/** A list of packets, first in, first out, linked through `skb.next`. Kernel: struct sk_buff_head. */
export class SkbQueue {
  first: SkBuff | null = null;
  length = 0;
  #last: SkBuff | null = null;

  push(skb: SkBuff): void {
    skb.next = null;
    if (this.#last === null) this.first = skb;
    else this.#last.next = skb;
    this.#last = skb;
    this.length++;
  }

  shift(): SkBuff | null {
    const skb = this.first;
    if (skb === null) return null;
    this.first = skb.next;
    if (this.first === null) this.#last = null;
    skb.next = null;
    this.length--;
    return skb;
  }

  /** Moves everything from `other` behind what is here. */
  splice(other: SkbQueue): void {
    if (other.first === null) return;
    if (this.#last === null) this.first = other.first;
    else this.#last.next = other.first;
    this.#last = other.#last;
    this.length += other.length;
    other.first = null;
    other.#last = null;
    other.length = 0;
  }
}
