import type { SkBuff } from '../skb/sk-buff.ts';
import { type Step, step } from '../step.ts';
import { afterTaps } from './netif-receive-skb-core.ts';
import { packetRcv } from './packet-tap.ts';

/** Captures get their copy, before tc can change or drop it. Kernel: deliver_skb() over ptype_all. Row C1. */
export const deliverTaps: Step = step('deliver_skb', 'tap', 'C1', (skb: SkBuff): Step => {
  packetRcv(skb.dev.taps, skb);
  if (skb.trace !== null) skb.trace.detail(`copied to ${skb.dev.taps.length} capture(s) on ${skb.dev.name}`);
  return afterTaps(skb);
});
