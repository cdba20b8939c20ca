import { ETH_P_IP } from '@sluice/wire';
import { nfPostRouting } from '../netfilter/nf-hook.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { type Step, step } from '../step.ts';
import { ipFinishOutput } from './ip-finish-output.ts';

/** Towards a device: POST_ROUTING. Kernel: net/ipv4/ip_output.c ip_output(). Row D4. */
export const ipOutput: Step = step('ip_output', 'ip', 'D4', (skb: SkBuff): Step => {
  skb.inputInterface = skb.dev.ifindex;
  skb.dev = skb.dst!.dev;
  skb.protocol = ETH_P_IP;
  return skb.dev.netns.hooks.postRouting.length > 0 ? nfPostRouting : ipFinishOutput;
});
