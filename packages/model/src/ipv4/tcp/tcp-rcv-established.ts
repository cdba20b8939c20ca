import { TCP_ACK } from '@sluice/wire';
import type { SkBuff } from '../../skb/sk-buff.ts';
import { consumed, drop, type Step, step } from '../../step.ts';
import { tcpAck } from './tcp-ack.ts';
import { tcpDataQueue } from './tcp-data-queue.ts';
import type { TcpSock } from './tcp-sock.ts';
import { tcpTransmit } from './tcp-transmit-skb.ts';
import { tcpValidateIncoming } from './tcp-validate-incoming.ts';

/** A segment of an open connection. Kernel: net/ipv4/tcp_input.c tcp_rcv_established(). Row F2. */
export const tcpRcvEstablished: Step = step('tcp_rcv_established', 'tcp', 'F2', (skb: SkBuff): Step => {
  const sock = skb.sk as TcpSock;
  const refused = tcpValidateIncoming(sock, skb);
  if (refused !== null) return refused;
  if ((skb.tcpFlags & TCP_ACK) === 0) return drop(skb, 'TCP_FLAGS');
  if (!tcpAck(sock, skb)) {
    tcpTransmit(sock, sock.sndNxt, TCP_ACK);
    return drop(skb, 'TCP_ACK_UNSENT_DATA');
  }
  if (skb.seq !== skb.endSeq) return tcpDataQueue;
  if (skb.trace !== null) skb.trace.detail('an acknowledgment');
  return consumed;
});
