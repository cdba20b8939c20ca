import { ipDestination, ipId, ipProtocol, ipSource } from '@sluice/wire';
import type { SkBuff } from '../skb/sk-buff.ts';
import type { Timer } from '../time/clock.ts';

/** One fragment that waits: where its payload belongs, in bytes. */
export interface Fragment {
  readonly skb: SkBuff;
  readonly offset: number;
  readonly end: number;
}

/** Fragments that follow each other without a gap, in the order they came. Kernel: frag_run_len. */
interface Run {
  readonly start: number;
  end: number;
}

/** The fragments of one datagram so far. Kernel: struct ipq, struct inet_frag_queue. */
export class FragQueue {
  readonly key: string;
  /** By offset, once `insert` took them. */
  readonly fragments: Fragment[] = [];
  readonly #runs: Run[] = [];
  /** The farthest end seen; of the whole payload once the last fragment has come. */
  bytes = 0;
  #lastIn = false;
  timer: Timer | undefined;

  constructor(key: string) {
    this.key = key;
  }

  /**
   * Notes how far the datagram reaches. Returns false where the fragments contradict each other about its end.
   * Kernel: the first half of ip_frag_queue().
   */
  reach(end: number, last: boolean): boolean {
    if (last) {
      if (end < this.bytes || (this.#lastIn && end !== this.bytes)) return false;
      this.#lastIn = true;
      this.bytes = end;
    } else if (end > this.bytes) {
      if (this.#lastIn) return false;
      this.bytes = end;
    }
    return true;
  }

  /** Finds a place for a fragment. One that lies in a run that is there is a duplicate. Kernel: inet_frag_queue_insert(). */
  insert(fragment: Fragment): 'ok' | 'duplicate' | 'overlap' {
    const { offset, end } = fragment;
    const tail = this.#runs.at(-1);
    if (tail !== undefined && tail.end >= end) {
      for (const run of this.#runs) {
        if (end <= run.start || offset >= run.end) continue;
        return offset >= run.start && end <= run.end ? 'duplicate' : 'overlap';
      }
    } else if (tail !== undefined && offset < tail.end) return 'overlap';
    if (tail !== undefined && offset === tail.end) tail.end = end;
    else this.#runs.push({ start: offset, end });
    this.#runs.sort((a, b) => a.start - b.start);
    this.fragments.push(fragment);
    this.fragments.sort((a, b) => a.offset - b.offset);
    return 'ok';
  }

  /** Whether nothing is missing. */
  get whole(): boolean {
    if (!this.#lastIn || this.fragments[0]?.offset !== 0) return false;
    return this.fragments.reduce((sum, f) => sum + f.end - f.offset, 0) === this.bytes;
  }
}

/** Which datagram a fragment belongs to. Spec: RFC 791 §3.2. */
export function fragKey(skb: SkBuff): string {
  const { bytes, networkHeader: at } = skb;
  return `${ipSource(bytes, at)} ${ipDestination(bytes, at)} ${ipId(bytes, at)} ${ipProtocol(bytes, at)}`;
}
