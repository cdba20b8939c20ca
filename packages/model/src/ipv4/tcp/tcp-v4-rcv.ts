import type { SkBuff } from '../../skb/sk-buff.ts';
import { type Step, step, undecidable } from '../../step.ts';

/** Kernel: net/ipv4/tcp_ipv4.c tcp_v4_rcv(). Row F2. */
export const tcpV4Rcv: Step = step('tcp_v4_rcv', 'tcp', 'F2', (skb: SkBuff): Step => undecidable(skb, 'TCP'));
