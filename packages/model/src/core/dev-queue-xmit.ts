import type { SkBuff } from '../skb/sk-buff.ts';
import { drop, type Step, step } from '../step.ts';
import { devHardStartXmit } from './dev-hard-start-xmit.ts';
import { schHandleEgress } from './sch-handle-egress.ts';

/**
 * Transmits a packet, link-layer header in front, out of `skb.dev`: tc egress, then the device's queue, then its
 * driver. Kernel: net/core/dev.c __dev_queue_xmit(). Row D4.
 */
export const devQueueXmit: Step = step('__dev_queue_xmit', 'core', 'D4', (skb: SkBuff): Step => {
  const { dev } = skb;
  skb.macHeader = skb.data;
  if (!dev.up) {
    dev.stats.txDropped++;
    if (skb.trace !== null) skb.trace.because('configuration', `${dev.name} is down`);
    return drop(skb, 'DEV_READY');
  }
  return dev.tcEgress.length > 0 ? schHandleEgress : afterEgress(skb);
});

/** What follows tc egress. */
export function afterEgress(skb: SkBuff): Step {
  const { qdisc } = skb.dev;
  return qdisc === null ? devHardStartXmit : qdisc.enqueue;
}
