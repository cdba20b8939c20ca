import type { SkBuff } from '../skb/sk-buff.ts';
import { type Step, step } from '../step.ts';

/** The waiting process runs again: the socket is readable. Kernel: fs/eventpoll.c ep_poll(). Row F3. */
export const epPoll: Step = step('ep_poll', 'process', 'F3', (skb: SkBuff): Step => skb.sk!.recvmsg);
