import type { SkBuff } from '../skb/sk-buff.ts';
import { drop, type Step, step } from '../step.ts';
import { truesize } from './sock.ts';
import { sockDefReadable } from './sock-def-readable.ts';

/**
 * Puts a datagram into the socket's receive queue; a buffer that is full drops it: SOCKET_RCVBUFF. One packet is always
 * let in. Kernel: net/ipv4/udp.c __udp_enqueue_schedule_skb() (before it, net/core/sock.c sock_queue_rcv_skb()). Row F1.
 */
export const sockQueueRcvSkb: Step = step('__udp_enqueue_schedule_skb', 'socket', 'F1', (skb: SkBuff): Step => {
  const sock = skb.sk!;
  const bytes = truesize(skb);
  if (
    sock.receiveAllocBytes + bytes > sock.receiveBufferBytes &&
    sock.receiveAllocBytes > sock.receiveBufferBytes - bytes &&
    sock.receiveQueue.length > 0
  ) {
    sock.drops++;
    if (skb.trace !== null) {
      skb.trace.because(
        'limit',
        `${sock.receiveQueue.length} datagrams fill the socket's receive buffer of ${sock.receiveBufferBytes} bytes`,
      );
    }
    return drop(skb, 'SOCKET_RCVBUFF');
  }
  sock.receiveAllocBytes += bytes;
  sock.receiveQueue.push(skb);
  return sockDefReadable;
});
