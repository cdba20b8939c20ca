import type { SkBuff } from '../skb/sk-buff.ts';
import { queued, type Step, step } from '../step.ts';

/**
 * Data has come: whoever waits on the socket is woken, and through epoll its process. Kernel: net/core/sock.c
 * sock_def_readable(). Row F3.
 */
export const sockDefReadable: Step = step('sock_def_readable', 'socket', 'F3', (skb: SkBuff): Step => {
  const sock = skb.sk!;
  if (sock.watched) sock.poll.callback(sock);
  if (skb.trace !== null)
    skb.trace.detail(sock.watched ? 'epoll is told; its process wakes' : 'nobody waits on the socket');
  return queued;
});
