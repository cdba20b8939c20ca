import type { SkBuff } from '../skb/sk-buff.ts';
import { queued, type Step, step } from '../step.ts';
import type { Nic } from './nic.ts';

/**
 * The driver's transmit function: the frame takes a TX descriptor, and goes onto the wire. The caller has seen that
 * there is a descriptor. Kernel: ndo_start_xmit of an Ethernet driver. Row A1.
 */
export const nicStartXmit: Step = step('ndo_start_xmit', 'driver', 'A1', (skb: SkBuff): Step => {
  const nic = skb.dev as Nic;
  nic.stats.txPackets++;
  nic.stats.txBytes += skb.len;
  nic.txInUse++;
  if (skb.trace !== null) skb.trace.detail(`onto segment ${nic.segment.name}`);
  nic.segment.transmit(nic, skb);
  return queued;
});
