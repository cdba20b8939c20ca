import type { SkBuff } from '../skb/sk-buff.ts';
import { type Step, step } from '../step.ts';
import { ipFragmentStep } from './ip-fragment.ts';
import { neighOutput } from './neighbour/neigh-output.ts';

/**
 * After POST_ROUTING: cut into fragments where too long, then the next hop's link-layer address.
 * Kernel: net/ipv4/ip_output.c ip_finish_output(), ip_finish_output2(). Row D4.
 */
export const ipFinishOutput: Step = step('ip_finish_output', 'ip', 'D4', (skb: SkBuff): Step => {
  if (skb.len > skb.dev.mtu && skb.gsoBytes === 0) return ipFragmentStep;
  return neighOutput;
});
