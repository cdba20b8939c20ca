import type { SkBuff } from '../skb/sk-buff.ts';
import { type Step, step } from '../step.ts';
import { enqueueToBacklog } from './enqueue-to-backlog.ts';

/**
 * A packet from a driver without NAPI (veth, loopback): to the backlog of this CPU.
 * Kernel: net/core/dev.c netif_rx(). Row A4.
 */
export const netifRx: Step = step('netif_rx', 'core', 'A4', (skb: SkBuff): Step => {
  skb.timeNs = skb.dev.netns.host.machine.clock.nowNs;
  return enqueueToBacklog;
});
