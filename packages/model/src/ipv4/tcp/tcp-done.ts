import { kfreeSkb } from '../../skb/kfree-skb.ts';
import type { TcpSock } from './tcp-sock.ts';

/**
 * The connection is over: it leaves the table, its timers stop, its process is told why (an errno name, undefined for a
 * clean end). Kernel: net/ipv4/tcp.c tcp_done().
 */
export function tcpDone(sock: TcpSock, reason: string | undefined): void {
  if (sock.closed) return;
  sock.closed = true;
  const { netns } = sock;
  netns.host.machine.clock.cancel(sock.timer);
  sock.timer = undefined;
  if (sock.tcpState === 'SYN_RECV' && sock.listener) sock.listener.halfOpen--;
  sock.tcpState = 'CLOSE';
  netns.tcp.remove(sock);
  for (const skb of sock.outOfOrder.splice(0)) kfreeSkb(skb);
  sock.sent.length = 0;
  sock.unsent.length = 0;
  tcpTellClosed(sock, reason);
}

/** The process learns that the connection ended, once. */
export function tcpTellClosed(sock: TcpSock, reason: string | undefined): void {
  if (sock.closeReason === undefined) sock.closeReason = reason;
  sock.closePending = true;
  sock.poll.callback(sock);
}
