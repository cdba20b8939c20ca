import type { SkBuff } from '../skb/sk-buff.ts';
import { type Step, step } from '../step.ts';
import { ipOutput } from './ip-output.ts';

/** After FORWARD. Kernel: net/ipv4/ip_forward.c ip_forward_finish(). Row D3. */
export const ipForwardFinish: Step = step('ip_forward_finish', 'ip', 'D3', (_skb: SkBuff): Step => ipOutput);
