import { ipDestination, ipId, ipProtocol, ipSource } from '@sluice/wire';
import type { SkBuff } from '../skb/sk-buff.ts';
import type { Timer } from '../time/clock.ts';

/** One fragment that waits: where its payload belongs, in bytes. */
export interface Fragment {
  readonly skb: SkBuff;
  readonly offset: number;
  readonly end: number;
}

/** The fragments of one datagram so far, in order of offset. Kernel: struct ipq. */
export interface FragQueue {
  readonly key: string;
  readonly fragments: Fragment[];
  /** Length of the whole payload, once the last fragment has come. */
  total: number | undefined;
  timer: Timer | undefined;
}

/** Which datagram a fragment belongs to. Spec: RFC 791 §3.2. */
export function fragKey(skb: SkBuff): string {
  const { bytes, networkHeader: at } = skb;
  return `${ipSource(bytes, at)} ${ipDestination(bytes, at)} ${ipId(bytes, at)} ${ipProtocol(bytes, at)}`;
}

/** Whether nothing is missing. */
export function isWhole(queue: FragQueue): boolean {
  let next = 0;
  for (const fragment of queue.fragments) {
    if (fragment.offset !== next) return false;
    next = fragment.end;
  }
  return queue.total !== undefined && next === queue.total;
}
