import { TC_ACT_REDIRECT, TC_ACT_SHOT, tcxRun } from '../bpf/tcx-run.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { drop, type Step, step } from '../step.ts';
import { afterEgress } from './dev-queue-xmit.ts';
import { skbDoRedirect } from './skb-do-redirect.ts';

/**
 * The programs at a device's tc egress, before its queue.
 * Kernel: net/core/dev.c sch_handle_egress(). Programs attach as tcx links do; the step keeps the name that
 * classifiers have had since before. Row C5.
 */
export const schHandleEgress: Step = step('tcf_classify', 'tc', 'C5', (skb: SkBuff): Step => {
  skb.tcAtIngress = false;
  const action = tcxRun(skb.dev.tcEgress, skb, 'egress');
  switch (action) {
    case TC_ACT_REDIRECT:
      if (skb.trace !== null) skb.trace.verdict('redirect');
      return skbDoRedirect;
    case TC_ACT_SHOT:
      if (skb.trace !== null)
        skb.trace.because('program', `a tc egress program on ${skb.dev.name} returned TC_ACT_SHOT`);
      return drop(skb, 'TC_EGRESS');
    default:
      return afterEgress(skb);
  }
});
