import { TCP_ACK, TCP_RST, TCP_SYN } from '@sluice/wire';
import type { SkBuff } from '../../skb/sk-buff.ts';
import { consumed, drop, reject, type Step, step } from '../../step.ts';
import { tcpAck } from './tcp-ack.ts';
import { tcpDataQueue } from './tcp-data-queue.ts';
import { tcpDone } from './tcp-done.ts';
import { tcpTimeWait } from './tcp-fin.ts';
import { tcpRetransmitSkb } from './tcp-retransmit-timer.ts';
import { seqAdd } from './tcp-sequence.ts';
import type { TcpSock } from './tcp-sock.ts';
import { tcpTransmit } from './tcp-transmit-skb.ts';
import { tcpV4SendReset } from './tcp-v4-send-reset.ts';
import { tcpValidateIncoming } from './tcp-validate-incoming.ts';

/**
 * A segment of a connection that is being opened or closed. Kernel: net/ipv4/tcp_input.c tcp_rcv_state_process(), and
 * net/ipv4/tcp_minisocks.c tcp_check_req() for one half open. Spec: RFC 9293 §3.10.7.4. Row F2.
 */
export const tcpRcvStateProcess: Step = step('tcp_rcv_state_process', 'tcp', 'F2', (skb: SkBuff): Step => {
  const sock = skb.sk as TcpSock;
  if (sock.tcpState === 'SYN_RECV' && isRepeatedSyn(sock, skb)) {
    if (sock.sent[0]) tcpRetransmitSkb(sock, sock.sent[0]);
    if (skb.trace !== null) skb.trace.detail('the SYN again: answered again');
    return consumed;
  }
  const refused = tcpValidateIncoming(sock, skb);
  if (refused !== null) return refused;
  if ((skb.tcpFlags & TCP_ACK) === 0) return drop(skb, 'TCP_FLAGS');
  if (sock.tcpState === 'SYN_RECV') {
    if (skb.ackSeq !== sock.sndNxt) {
      tcpV4SendReset(skb);
      return reject(skb, 'TCP_INVALID_ACK_SEQUENCE');
    }
    opened(sock);
  }
  if (!tcpAck(sock, skb)) {
    tcpTransmit(sock, sock.sndNxt, TCP_ACK);
    return drop(skb, 'TCP_ACK_UNSENT_DATA');
  }
  finAcked(sock);
  if (skb.trace !== null) skb.trace.detail(`the connection is ${sock.tcpState}`);
  if (sock.closed || skb.seq === skb.endSeq) return consumed;
  return sock.finReceived ? consumed : tcpDataQueue;
});

const isRepeatedSyn = (sock: TcpSock, skb: SkBuff): boolean =>
  (skb.tcpFlags & (TCP_SYN | TCP_ACK | TCP_RST)) === TCP_SYN && skb.seq === seqAdd(sock.rcvNxt, -1);

/** The handshake is over: whoever listens may accept. */
function opened(sock: TcpSock): void {
  sock.move('ack-of-syn');
  const { listener } = sock;
  sock.establishedPending = true;
  if (!listener) {
    sock.poll.callback(sock);
    return;
  }
  listener.halfOpen--;
  listener.acceptQueue.push(sock);
  listener.poll.callback(listener);
}

/** Our FIN, if it is acknowledged, moves the connection on. */
function finAcked(sock: TcpSock): void {
  if (sock.finSeq === undefined || sock.sndUna !== sock.finSeq) return;
  switch (sock.tcpState) {
    case 'FIN_WAIT1':
      sock.move('ack-of-fin');
      break;
    case 'CLOSING':
      sock.move('ack-of-fin');
      tcpTimeWait(sock);
      break;
    case 'LAST_ACK':
      sock.move('ack-of-fin');
      tcpDone(sock, undefined);
      break;
    default:
      break;
  }
}
