import type { SkBuff } from '../skb/sk-buff.ts';
import { type Step, step } from '../step.ts';
import { packetRcv } from './packet-tap.ts';
import { skbGsoSegment } from './skb-gso-segment.ts';

/**
 * Hands the packet to the driver; captures see it now, as it leaves. A packet that stands for several segments is cut
 * first, unless the device is virtual and takes it whole. Kernel: net/core/dev.c dev_hard_start_xmit(),
 * validate_xmit_skb(). Row D4.
 */
export const devHardStartXmit: Step = step('dev_hard_start_xmit', 'core', 'D4', (skb: SkBuff): Step => {
  const { dev } = skb;
  if (skb.gsoBytes !== 0 && dev.qdisc !== null) return skbGsoSegment;
  if (dev.taps.length > 0) packetRcv(dev.taps, skb);
  return dev.startXmit;
});
