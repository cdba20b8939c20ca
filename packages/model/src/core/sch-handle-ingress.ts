import { clsBpfClassify, TC_ACT_REDIRECT, TC_ACT_SHOT, TC_ACT_STOLEN, TC_ACT_TRAP } from '../bpf/run-cls.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { consumed, drop, type Step, step } from '../step.ts';
import { afterClassify } from './netif-receive-skb-core.ts';
import { skbDoRedirect } from './skb-do-redirect.ts';

/**
 * The programs at a device's tc ingress. They see the packet from its link-layer header.
 * Kernel: net/core/dev.c sch_handle_ingress(), net/sched/cls_api.c tcf_classify(). Row C5.
 */
export const schHandleIngress: Step = step('tcf_classify', 'tc', 'C5', (skb: SkBuff): Step => {
  skb.tcAtIngress = true;
  skb.push(skb.macBytes);
  const action = clsBpfClassify(skb.dev.tcIngress, skb, 'ingress');
  skb.pull(skb.macBytes);
  switch (action) {
    case TC_ACT_REDIRECT:
      if (skb.trace !== null) skb.trace.verdict('redirect');
      return skbDoRedirect;
    case TC_ACT_SHOT:
      if (skb.trace !== null)
        skb.trace.because('program', `a tc ingress program on ${skb.dev.name} returned TC_ACT_SHOT`);
      return drop(skb, 'TC_INGRESS');
    case TC_ACT_STOLEN:
    case TC_ACT_TRAP:
      return consumed;
    default:
      return afterClassify(skb);
  }
});
