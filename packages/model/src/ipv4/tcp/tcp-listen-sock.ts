import type { TcpConnection, TcpListener } from '@sluice/engine';
import { IPPROTO_TCP } from '@sluice/wire';
import type { NetNamespace } from '../../kernel/net-namespace.ts';
import { Sock } from '../../socket/sock.ts';
import { tcpRecvmsg } from './tcp-recvmsg.ts';
import type { TcpSock } from './tcp-sock.ts';

/** A listening socket, and the process that accepts from it. Kernel: struct inet_connection_sock in TCP_LISTEN. */
export class TcpListenSock extends Sock implements TcpListener {
  readonly type = 1;
  readonly protocol = IPPROTO_TCP;
  readonly recvmsg = tcpRecvmsg;
  /** Connections that are open and wait to be accepted. */
  readonly acceptQueue: TcpSock[] = [];
  /** Connections whose handshake is not over. */
  halfOpen = 0;
  readonly #onConnection: (connection: TcpConnection) => void;

  constructor(netns: NetNamespace, onConnection: (connection: TcpConnection) => void) {
    super(netns);
    this.#onConnection = onConnection;
  }

  get watched(): boolean {
    return true;
  }

  /** The process accepts what there is. Kernel: net/ipv4/inet_connection_sock.c inet_csk_accept(). */
  drain(): void {
    for (let child = this.acceptQueue.shift(); child !== undefined; child = this.acceptQueue.shift()) {
      this.#onConnection(child);
      child.poll.callback(child);
    }
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.netns.tcp.removeListener(this);
  }
}
