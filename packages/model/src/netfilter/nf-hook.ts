import { ipFinishOutput } from '../ipv4/ip-finish-output.ts';
import { ipForwardFinish } from '../ipv4/ip-forward-finish.ts';
import { ipLocalDeliverFinish } from '../ipv4/ip-local-deliver-finish.ts';
import { dstOutput } from '../ipv4/ip-push-pending-frames.ts';
import { ipRcvFinish } from '../ipv4/ip-rcv-finish.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { consumed, drop, type Step, step } from '../step.ts';
import { NF_ACCEPT, NF_DROP, type NfHookPoint } from './hooks.ts';

/**
 * Calls a point's functions in order until one does not accept. Kernel: net/netfilter/core.c nf_hook_slow().
 * We depart: no queueing to user space. Row E1.
 */
export function nfHookSlow(skb: SkBuff, point: NfHookPoint, okfn: Step): Step {
  const list = skb.dev.netns.hooks[point];
  for (let i = 0; i < list.length; i++) {
    const ops = list[i]!;
    const verdict = ops.hook(skb);
    if (verdict === NF_ACCEPT) continue;
    if (verdict === NF_DROP) {
      if (skb.trace !== null) skb.trace.because('rule', `${ops.name} at ${point} drops it`);
      return drop(skb, 'NETFILTER_DROP');
    }
    return consumed;
  }
  return okfn;
}

export const nfPreRouting: Step = step('nf_hook_slow', 'netfilter', 'E1', (skb) =>
  nfHookSlow(skb, 'preRouting', ipRcvFinish),
);
export const nfLocalIn: Step = step('nf_hook_slow', 'netfilter', 'E1', (skb) =>
  nfHookSlow(skb, 'localIn', ipLocalDeliverFinish),
);
export const nfForward: Step = step('nf_hook_slow', 'netfilter', 'E1', (skb) =>
  nfHookSlow(skb, 'forward', ipForwardFinish),
);
export const nfLocalOut: Step = step('nf_hook_slow', 'netfilter', 'E1', (skb) =>
  nfHookSlow(skb, 'localOut', dstOutput(skb)),
);
export const nfPostRouting: Step = step('nf_hook_slow', 'netfilter', 'E1', (skb) =>
  nfHookSlow(skb, 'postRouting', ipFinishOutput),
);
