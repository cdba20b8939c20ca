import { afterNfIngress } from '../core/netif-receive-skb-core.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { type Step, step } from '../step.ts';
import { nfHookSlow } from './nf-hook.ts';

/** Netfilter's hook at a device, before any protocol. Kernel: net/core/dev.c nf_ingress(). Row C6. */
export const nfIngress: Step = step(
  'nf_ingress',
  'netfilter',
  'C6',
  (skb: SkBuff): Step => nfHookSlow(skb, 'ingress', afterNfIngress(skb)),
);
