import { verifyChecksum } from '@sluice/wire';
import type { SkBuff } from '../skb/sk-buff.ts';
import { consumed, drop, type Step, step } from '../step.ts';

/** Bytes of an IGMP header. */
const IGMP_HLEN = 8;

/**
 * IGMP: no socket of the model joins groups, so there is nothing to report and nothing to remember.
 * Kernel: net/ipv4/igmp.c igmp_rcv().
 */
export const igmpRcv: Step = step('igmp_rcv', 'ip', 'D2', (skb: SkBuff): Step => {
  if (skb.len < IGMP_HLEN || !verifyChecksum(skb.bytes, skb.data, skb.len)) return drop(skb, 'NOT_SPECIFIED');
  if (skb.trace !== null) skb.trace.detail('nobody here has joined a group');
  return consumed;
});
