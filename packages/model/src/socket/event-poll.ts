import type { ModelHost } from '../kernel/host.ts';
import { epWait } from './ep-wait.ts';
import type { Sock } from './sock.ts';

/** The epoll instance that a namespace's processes wait on. Kernel: fs/eventpoll.c struct eventpoll. Row F3. */
export class EventPoll {
  /** Sockets that became readable, in that order. Kernel: ep->rdllist. */
  readonly ready: Sock[] = [];
  readonly #host: ModelHost;
  #woken = false;
  readonly #turn = (): void => {
    this.#woken = false;
    epWait(this, this.#host.machine.tracer);
  };

  constructor(host: ModelHost) {
    this.#host = host;
  }

  /** A socket's wait queue calls this when it becomes readable. Kernel: ep_poll_callback(). */
  callback(sock: Sock): void {
    if (sock.ready) return;
    sock.ready = true;
    sock.wokenBy = this.#host.machine.tracer.current;
    this.ready.push(sock);
    if (this.#woken) return;
    this.#woken = true;
    this.#host.wake(this.#turn);
  }
}
