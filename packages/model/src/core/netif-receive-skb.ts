import type { SkBuff } from '../skb/sk-buff.ts';
import { type Step, step } from '../step.ts';
import { netifReceiveSkbCore } from './netif-receive-skb-core.ts';

/**
 * The stack's door: the packet gets its time, and goes to the core. Receive packet steering would choose another CPU
 * here. Kernel: net/core/dev.c netif_receive_skb(). Row B5.
 */
export const netifReceiveSkb: Step = step('netif_receive_skb', 'core', 'B5', (skb: SkBuff): Step => {
  skb.timeNs = skb.dev.netns.host.machine.clock.nowNs;
  skb.networkHeader = skb.data;
  skb.macBytes = skb.data - skb.macHeader;
  return netifReceiveSkbCore;
});
