import { IPV4_HLEN, ipHeaderBytes } from '@sluice/wire';
import type { SkBuff } from '../skb/sk-buff.ts';
import { type Step, step, undecidable } from '../step.ts';
import { ipRouteInput } from './ip-route-input.ts';

/** IPOPT_END and IPOPT_NOOP, which say nothing. */
const EMPTY_OPTIONS_MAX = 1;

/**
 * After PRE_ROUTING: options, then the routing decision, unless a socket or a program has routed it already.
 * Kernel: net/ipv4/ip_input.c ip_rcv_finish(), ip_rcv_finish_core(). Row D1.
 * We depart: no early demultiplexing; IP options other than padding are undecidable.
 */
export const ipRcvFinish: Step = step('ip_rcv_finish', 'ip', 'D1', (skb: SkBuff): Step => {
  const { bytes, networkHeader } = skb;
  const headerBytes = ipHeaderBytes(bytes, networkHeader);
  for (let i = IPV4_HLEN; i < headerBytes; i++) {
    const option = bytes[networkHeader + i]!;
    if (option > EMPTY_OPTIONS_MAX)
      return undecidable(skb, `IP option ${option}: the model does not process IP options`);
    if (option === 0) break;
  }
  return skb.dst !== null ? skb.dst.input : ipRouteInput;
});
