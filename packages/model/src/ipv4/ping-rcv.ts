import { ICMP_HLEN, icmpId, icmpSequence, ipSource } from '@sluice/wire';
import type { SkBuff } from '../skb/sk-buff.ts';
import { delivered, drop, type Step, step } from '../step.ts';

/** An echo reply, as the process that asked gets it. */
export interface EchoReply {
  readonly source: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/**
 * An echo reply goes to the ping socket with its identifier; nobody waiting for it is NO_SOCKET.
 * Kernel: net/ipv4/ping.c ping_rcv().
 */
export const pingRcv: Step = step('ping_rcv', 'icmp', 'D7', (skb: SkBuff): Step => {
  const { bytes, data } = skb;
  const handler = skb.dev.netns.pingSockets.get(icmpId(bytes, data));
  if (handler === undefined) {
    if (skb.trace !== null) skb.trace.because('socket', `no ping socket has identifier ${icmpId(bytes, data)}`);
    return drop(skb, 'NO_SOCKET');
  }
  handler({
    source: ipSource(bytes, skb.networkHeader),
    sequence: icmpSequence(bytes, data),
    payload: bytes.slice(data + ICMP_HLEN, skb.tail),
  });
  return delivered;
});
