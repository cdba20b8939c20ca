import type { SkBuff } from '../skb/sk-buff.ts';
import { type Step, step } from '../step.ts';
import { netifReceiveSkb } from './netif-receive-skb.ts';

/** Kernel: net/core/gro.c napi_gro_receive(). Row B4. */
export const napiGroReceive: Step = step('napi_gro_receive', 'gro', 'B4', (_skb: SkBuff): Step => netifReceiveSkb);
