import { isFragment } from '@sluice/wire';
import { nfLocalIn } from '../netfilter/nf-hook.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { type Step, step } from '../step.ts';
import { ipDefrag } from './ip-defrag.ts';
import { ipLocalDeliverFinish } from './ip-local-deliver-finish.ts';

/**
 * The packet is for this host: fragments are collected first, then LOCAL_IN.
 * Kernel: net/ipv4/ip_input.c ip_local_deliver(). Row D2.
 */
export const ipLocalDeliver: Step = step('ip_local_deliver', 'ip', 'D2', (skb: SkBuff): Step => {
  if (isFragment(skb.bytes, skb.networkHeader)) return ipDefrag;
  return afterDefrag(skb);
});

/** What follows reassembly. */
export const afterDefrag = (skb: SkBuff): Step =>
  skb.dev.netns.hooks.localIn.length > 0 ? nfLocalIn : ipLocalDeliverFinish;
