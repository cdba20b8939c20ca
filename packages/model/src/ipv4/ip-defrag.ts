import type { SkBuff } from '../skb/sk-buff.ts';
import { type Step, step, undecidable } from '../step.ts';

/** Kernel: net/ipv4/ip_fragment.c ip_defrag(). Row D2. */
export const ipDefrag: Step = step('ip_defrag', 'ip', 'D2', (skb: SkBuff): Step => undecidable(skb, 'IP reassembly'));
