import type { SkBuff } from '../../skb/sk-buff.ts';
import { sockQueueRcvSkb } from '../../socket/sock-queue-rcv-skb.ts';
import { drop, type Step, step } from '../../step.ts';
import { xfrm4PolicyCheck } from '../../xfrm/xfrm4-policy-check.ts';

/**
 * The policies are asked again, now that the socket is known; then the receive queue.
 * Kernel: net/ipv4/udp.c udp_queue_rcv_one_skb(). Rows D6, F1.
 */
export const udpQueueRcvSkb: Step = step('udp_queue_rcv_one_skb', 'xfrm', 'D6', (skb: SkBuff): Step => {
  if (!xfrm4PolicyCheck('in', skb)) {
    skb.sk!.drops++;
    return drop(skb, 'XFRM_POLICY');
  }
  return sockQueueRcvSkb;
});
