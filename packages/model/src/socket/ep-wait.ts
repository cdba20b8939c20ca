import type { EventPoll } from './event-poll.ts';

/**
 * epoll_wait returns in the process, which then reads every ready socket until nothing is left in it.
 * Kernel: fs/eventpoll.c ep_poll(), ep_send_events(). Row F3.
 */
export function epWait(poll: EventPoll): void {
  const { ready } = poll;
  for (let i = 0; i < ready.length; i++) {
    const sock = ready[i]!;
    sock.ready = false;
    sock.drain();
  }
  ready.length = 0;
}
