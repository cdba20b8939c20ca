import { TCP_ACK, TCP_FIN } from '@sluice/wire';
import type { SkBuff } from '../../skb/sk-buff.ts';
import { truesize } from '../../socket/sock.ts';
import { sockDefReadable } from '../../socket/sock-def-readable.ts';
import { consumed, drop, queued, type Step, step } from '../../step.ts';
import { tcpFin } from './tcp-fin.ts';
import { TCP_OFO_SEGMENTS_MAX } from './tcp-limits.ts';
import { after, before, seqDiff } from './tcp-sequence.ts';
import type { TcpSock } from './tcp-sock.ts';
import { tcpTransmit } from './tcp-transmit-skb.ts';

/**
 * A segment with data or FIN: in order it goes to the receive queue, and those that waited for it follow; out of order
 * it waits; what came before is dropped (TCP_OLD_DATA). Each is acknowledged at once. Kernel: net/ipv4/tcp_input.c
 * tcp_data_queue(). Spec: RFC 9293 §3.10.7.4. We depart: acknowledgments are never delayed. Row F2.
 */
export const tcpDataQueue: Step = step('tcp_data_queue', 'tcp', 'F2', (skb: SkBuff): Step => {
  const sock = skb.sk as TcpSock;
  if (!after(skb.endSeq, sock.rcvNxt)) {
    sendAck(sock);
    return drop(skb, 'TCP_OLD_DATA');
  }
  if (after(skb.seq, sock.rcvNxt)) return outOfOrder(sock, skb);
  if (sock.receiveAllocBytes + truesize(skb) > 2 * sock.receiveBufferBytes && sock.receiveQueue.length > 0) {
    sendAck(sock);
    return drop(skb, 'TCP_ZEROWINDOW');
  }
  const hadData = takeInOrder(sock, skb);
  for (let next = nextInOrder(sock); next !== undefined; next = nextInOrder(sock)) takeWaiting(sock, next);
  sendAck(sock);
  if (hadData) return sockDefReadable;
  sock.poll.callback(sock);
  if (skb.trace !== null) skb.trace.detail(`FIN: the peer has finished; the connection is ${sock.tcpState}`);
  return consumed;
});

const sendAck = (sock: TcpSock): void => {
  if (!sock.closed) tcpTransmit(sock, sock.sndNxt, TCP_ACK);
};

/** Cuts off what came before, queues the rest. Returns whether there was data. */
function takeInOrder(sock: TcpSock, skb: SkBuff): boolean {
  const known = seqDiff(sock.rcvNxt, skb.seq);
  if (known > 0) skb.pull(Math.min(known, skb.len));
  sock.rcvNxt = skb.endSeq;
  const hasData = skb.len > 0;
  if (hasData) {
    sock.receiveAllocBytes += truesize(skb);
    sock.receiveQueue.push(skb);
  }
  if (skb.tcpFlags & TCP_FIN) tcpFin(sock);
  return hasData;
}

function outOfOrder(sock: TcpSock, skb: SkBuff): Step {
  sendAck(sock);
  if (sock.outOfOrder.length >= TCP_OFO_SEGMENTS_MAX) return drop(skb, 'TCP_OVERWINDOW');
  if (sock.outOfOrder.some((s) => s.seq === skb.seq && !before(s.endSeq, skb.endSeq))) return drop(skb, 'TCP_OLD_DATA');
  sock.outOfOrder.push(skb);
  sock.outOfOrder.sort((a, b) => seqDiff(a.seq, b.seq));
  if (skb.trace !== null) skb.trace.detail(`${seqDiff(skb.seq, sock.rcvNxt)} bytes before it are missing: it waits`);
  return queued;
}

function nextInOrder(sock: TcpSock): SkBuff | undefined {
  const first = sock.outOfOrder[0];
  return first !== undefined && !after(first.seq, sock.rcvNxt) ? sock.outOfOrder.shift() : undefined;
}

function takeWaiting(sock: TcpSock, skb: SkBuff): void {
  const useful = after(skb.endSeq, sock.rcvNxt);
  if (!useful || !takeInOrder(sock, skb)) skb.pool.release(skb);
}
