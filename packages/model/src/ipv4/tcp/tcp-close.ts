import { TCP_ACK, TCP_RST } from '@sluice/wire';
import { kfreeSkb } from '../../skb/kfree-skb.ts';
import { tcpDone } from './tcp-done.ts';
import type { TcpSock } from './tcp-sock.ts';
import { tcpTransmit } from './tcp-transmit-skb.ts';
import { tcpWriteXmit } from './tcp-write-xmit.ts';

/**
 * The process closes. Unread data makes it a reset; otherwise what waits is sent, then FIN.
 * Kernel: net/ipv4/tcp.c tcp_close(). Row F2.
 */
export function tcpClose(sock: TcpSock): void {
  if (sock.closed || sock.finQueued) return;
  if (sock.tcpState === 'SYN_SENT') {
    tcpDone(sock, undefined);
    return;
  }
  if (sock.receiveQueue.length > 0) {
    for (let skb = sock.receiveQueue.shift(); skb !== null; skb = sock.receiveQueue.shift()) kfreeSkb(skb);
    tcpTransmit(sock, sock.sndNxt, TCP_ACK | TCP_RST);
    tcpDone(sock, undefined);
    return;
  }
  if (sock.tcpState !== 'ESTABLISHED' && sock.tcpState !== 'CLOSE_WAIT' && sock.tcpState !== 'SYN_RECV') return;
  if (sock.tcpState === 'SYN_RECV' && sock.listener) sock.listener.halfOpen--;
  sock.finQueued = true;
  sock.move('close');
  tcpWriteXmit(sock);
}
