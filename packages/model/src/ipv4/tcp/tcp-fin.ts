import { tcpDone, tcpTellClosed } from './tcp-done.ts';
import { TCP_TIMEWAIT_NS } from './tcp-limits.ts';
import type { TcpSock } from './tcp-sock.ts';

/** The peer has finished sending. Kernel: net/ipv4/tcp_input.c tcp_fin(). Spec: RFC 9293 §3.10.7.4, eighth. */
export function tcpFin(sock: TcpSock): void {
  if (sock.finReceived) return;
  sock.finReceived = true;
  sock.move('fin');
  if (sock.tcpState === 'TIME_WAIT') tcpTimeWait(sock);
  sock.poll.callback(sock);
}

/**
 * Both ends have finished: the process is told, and the connection stays known for a while, so that late segments are
 * not taken for another's. Kernel: net/ipv4/tcp_minisocks.c tcp_time_wait(). Spec: RFC 9293 §3.6.1.
 */
export function tcpTimeWait(sock: TcpSock): void {
  const { clock } = sock.netns.host.machine;
  clock.cancel(sock.timer);
  sock.sent.length = 0;
  tcpTellClosed(sock, undefined);
  sock.timer = clock.after(TCP_TIMEWAIT_NS, () => tcpDone(sock, undefined), true);
}
