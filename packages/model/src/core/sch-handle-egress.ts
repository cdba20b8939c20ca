import { clsBpfClassify, TC_ACT_REDIRECT, TC_ACT_SHOT, TC_ACT_STOLEN, TC_ACT_TRAP } from '../bpf/run-cls.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { consumed, drop, type Step, step } from '../step.ts';
import { afterEgress } from './dev-queue-xmit.ts';
import { skbDoRedirect } from './skb-do-redirect.ts';

/**
 * The programs at a device's tc egress, before its queue.
 * Kernel: net/core/dev.c sch_handle_egress(), net/sched/cls_api.c tcf_classify(). Row C5.
 */
export const schHandleEgress: Step = step('tcf_classify', 'tc', 'C5', (skb: SkBuff): Step => {
  skb.tcAtIngress = false;
  const action = clsBpfClassify(skb.dev.tcEgress, skb, 'egress');
  switch (action) {
    case TC_ACT_REDIRECT:
      if (skb.trace !== null) skb.trace.verdict('redirect');
      return skbDoRedirect;
    case TC_ACT_SHOT:
      if (skb.trace !== null)
        skb.trace.because('program', `a tc egress program on ${skb.dev.name} returned TC_ACT_SHOT`);
      return drop(skb, 'TC_EGRESS');
    case TC_ACT_STOLEN:
    case TC_ACT_TRAP:
      return consumed;
    default:
      return afterEgress(skb);
  }
});
