import { tcpDone } from './tcp-done.ts';
import type { TcpSock } from './tcp-sock.ts';
import { tcpWriteXmit } from './tcp-write-xmit.ts';

/**
 * The process has nothing more to send: what waits is sent, then FIN. It still hears what the peer says, until the peer
 * has finished too. Kernel: net/ipv4/tcp.c tcp_shutdown() with SEND_SHUTDOWN. Row F2.
 */
export function tcpShutdown(sock: TcpSock): void {
  if (sock.closed || sock.finQueued) return;
  if (sock.tcpState === 'SYN_SENT') {
    tcpDone(sock, undefined);
    return;
  }
  if (sock.tcpState !== 'ESTABLISHED' && sock.tcpState !== 'CLOSE_WAIT' && sock.tcpState !== 'SYN_RECV') return;
  if (sock.tcpState === 'SYN_RECV' && sock.listener) sock.listener.halfOpen--;
  sock.finQueued = true;
  sock.move('close');
  tcpWriteXmit(sock);
}
