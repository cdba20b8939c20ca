import { tcpWindow } from '@sluice/wire';
import type { SkBuff } from '../../skb/sk-buff.ts';
import { TCP_FASTRETRANS_THRESH, TCP_RTO_MAX_NS, TCP_RTO_MIN_NS } from './tcp-limits.ts';
import { tcpRearmRto, tcpRetransmitSkb } from './tcp-retransmit-timer.ts';
import { after, before } from './tcp-sequence.ts';
import type { TcpSock } from './tcp-sock.ts';
import { tcpWriteXmit } from './tcp-write-xmit.ts';

/**
 * Takes in what a segment acknowledges: the window, what was sent, the round-trip time, the congestion window; then
 * sends what may go now. Returns false where it acknowledges what was never sent. Kernel: net/ipv4/tcp_input.c
 * tcp_ack(). Spec: RFC 9293 §3.10.7.4, RFC 5681, RFC 6298. We depart: Reno without selective acknowledgment;
 * new data acknowledged ends the backing off, though there are no timestamps.
 */
export function tcpAck(sock: TcpSock, skb: SkBuff): boolean {
  const ack = skb.ackSeq;
  if (after(ack, sock.sndNxt)) return false;
  if (before(ack, sock.sndUna)) return true;
  const window = tcpWindow(skb.bytes, skb.transportHeader) << sock.sndScale;
  const opened = window !== sock.sndWnd;
  if (after(ack, sock.sndUna) || after(skb.seq, sock.sndWl1) || (skb.seq === sock.sndWl1 && window > sock.sndWnd)) {
    sock.sndWnd = window;
    sock.sndWl1 = skb.seq;
  }
  if (after(ack, sock.sndUna)) newlyAcked(sock, ack);
  else if (skb.endSeq === skb.seq && !opened && sock.sent.length > 0) duplicateAck(sock);
  if (opened && sock.sent.length === 0) sock.timeouts = 0;
  tcpWriteXmit(sock);
  return true;
}

function newlyAcked(sock: TcpSock, ack: number): void {
  const { nowNs } = sock.netns.host.machine.clock;
  let acked = 0;
  let rttNs = -1;
  while (sock.sent.length > 0 && !after(sock.sent[0]!.endSeq, ack)) {
    const segment = sock.sent.shift()!;
    if (segment.retransmits === 0) rttNs = nowNs - segment.sentNs;
    acked++;
  }
  sock.sndUna = ack;
  sock.timeouts = 0;
  sock.dupAcks = 0;
  if (rttNs >= 0) tcpMeasureRtt(sock, rttNs);
  else if (sock.srttNs > 0) sock.rtoNs = retransmissionTimeout(sock);
  if (sock.recoverySeq !== undefined && before(ack, sock.recoverySeq)) {
    if (sock.sent[0] && sock.cwnd >= sock.ssthresh) sock.sent[0].lost = true;
    else sock.cwnd += acked;
    tcpXmitRetransmitQueue(sock);
  } else if (sock.recoverySeq !== undefined) {
    sock.recoverySeq = undefined;
    sock.cwnd = Math.max(sock.ssthresh, 2);
  } else if (sock.cwnd < sock.ssthresh) sock.cwnd += acked;
  else if (acked > 0) sock.cwnd += acked / sock.cwnd;
  tcpRearmRto(sock);
}

/** Three in a row mean that a segment was lost. Spec: RFC 5681 §3.2, RFC 6582. */
function duplicateAck(sock: TcpSock): void {
  sock.dupAcks++;
  if (sock.dupAcks !== TCP_FASTRETRANS_THRESH || sock.recoverySeq !== undefined) return;
  sock.ssthresh = Math.max(sock.sent.length >> 1, 2);
  sock.cwnd = sock.ssthresh + TCP_FASTRETRANS_THRESH;
  sock.recoverySeq = sock.sndNxt;
  tcpRetransmitSkb(sock, sock.sent[0]!);
}

/** Sends again what counts as lost, as far as the congestion window allows. Kernel: tcp_xmit_retransmit_queue(). */
function tcpXmitRetransmitQueue(sock: TcpSock): void {
  let inFlight = sock.sent.reduce((n, segment) => n + (segment.lost ? 0 : 1), 0);
  for (const segment of sock.sent) {
    if (!segment.lost) continue;
    if (inFlight >= Math.max(1, Math.floor(sock.cwnd))) return;
    tcpRetransmitSkb(sock, segment);
    inFlight++;
  }
}

/** Spec: RFC 6298 §2. Kernel: tcp_rtt_estimator(). */
export function tcpMeasureRtt(sock: TcpSock, rttNs: number): void {
  if (sock.srttNs === 0) {
    sock.srttNs = rttNs;
    sock.rttvarNs = rttNs / 2;
  } else {
    sock.rttvarNs = 0.75 * sock.rttvarNs + 0.25 * Math.abs(sock.srttNs - rttNs);
    sock.srttNs = 0.875 * sock.srttNs + 0.125 * rttNs;
  }
  sock.rtoNs = retransmissionTimeout(sock);
}

/** Kernel: tcp_set_rto(): the variation counts for 200 ms at least. */
const retransmissionTimeout = (sock: TcpSock): number =>
  Math.min(TCP_RTO_MAX_NS, Math.round(sock.srttNs + Math.max(TCP_RTO_MIN_NS, 4 * sock.rttvarNs)));
