import { TC_ACT_REDIRECT, TC_ACT_SHOT, tcxRun } from '../bpf/tcx-run.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { drop, type Step, step } from '../step.ts';
import { afterClassify } from './netif-receive-skb-core.ts';
import { skbDoRedirect } from './skb-do-redirect.ts';

/**
 * The programs at a device's tc ingress. They see the packet from its link-layer header.
 * Kernel: net/core/dev.c sch_handle_ingress(). Programs attach as tcx links do; the step keeps the name that
 * classifiers have had since before. Row C5.
 */
export const schHandleIngress: Step = step('tcf_classify', 'tc', 'C5', (skb: SkBuff): Step => {
  skb.tcAtIngress = true;
  skb.push(skb.macBytes);
  const action = tcxRun(skb.dev.tcIngress, skb, 'ingress');
  skb.pull(skb.macBytes);
  switch (action) {
    case TC_ACT_REDIRECT:
      if (skb.trace !== null) skb.trace.verdict('redirect');
      return skbDoRedirect;
    case TC_ACT_SHOT:
      if (skb.trace !== null)
        skb.trace.because('program', `a tc ingress program on ${skb.dev.name} returned TC_ACT_SHOT`);
      return drop(skb, 'TC_INGRESS');
    default:
      return afterClassify(skb);
  }
});
