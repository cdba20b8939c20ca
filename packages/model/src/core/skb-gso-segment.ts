import type { SkBuff } from '../skb/sk-buff.ts';
import { type Step, step, undecidable } from '../step.ts';

/** Cuts a packet that stands for several segments. Kernel: net/core/gso.c skb_gso_segment(). */
export const skbGsoSegment: Step = step(
  'skb_gso_segment',
  'core',
  'D4',
  (skb: SkBuff): Step => undecidable(skb, 'GSO'),
);
