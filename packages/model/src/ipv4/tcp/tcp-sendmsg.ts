import type { TcpSock } from './tcp-sock.ts';
import { tcpWriteXmit } from './tcp-write-xmit.ts';

/**
 * The process writes: the bytes are copied, and what the windows allow is sent. After the end of the connection, or of
 * the process's own side, they are thrown away, as a process that ignores EPIPE would see.
 * Kernel: net/ipv4/tcp.c tcp_sendmsg(). Row F2.
 */
export function tcpSendmsg(sock: TcpSock, payload: Uint8Array): void {
  if (sock.closed || sock.finQueued || payload.length === 0) return;
  sock.unsent.push(payload.slice());
  if (sock.tcpState === 'ESTABLISHED' || sock.tcpState === 'CLOSE_WAIT') tcpWriteXmit(sock);
}
