import type { Tracer } from '../trace/tracer.ts';
import type { EventPoll } from './event-poll.ts';

/**
 * epoll_wait returns in the process, which then reads every ready socket until nothing is left in it.
 * What the process does is caused by the packet that woke it. Kernel: fs/eventpoll.c ep_poll(), ep_send_events(). Row F3.
 */
export function epWait(poll: EventPoll, tracer: Tracer): void {
  const { ready } = poll;
  for (let i = 0; i < ready.length; i++) {
    const sock = ready[i]!;
    sock.ready = false;
    if (sock.wokenBy === 0) sock.drain();
    else {
      const outer = tracer.enter(sock.wokenBy);
      sock.drain();
      tracer.leave(outer);
    }
  }
  ready.length = 0;
}
