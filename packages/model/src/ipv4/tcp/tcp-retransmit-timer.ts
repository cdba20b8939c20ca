import { TCP_ACK, TCP_SYN } from '@sluice/wire';
import { tcpDone } from './tcp-done.ts';
import { TCP_RTO_MAX_NS } from './tcp-limits.ts';
import { seqAdd } from './tcp-sequence.ts';
import type { SentSegment, TcpSock } from './tcp-sock.ts';
import { tcpSynOptions } from './tcp-syn-options.ts';
import { tcpTransmit } from './tcp-transmit-skb.ts';

/** Sets the timer anew: for retransmission while something is unacknowledged, for a probe while the window is closed. */
export function tcpRearmRto(sock: TcpSock): void {
  const { clock } = sock.netns.host.machine;
  clock.cancel(sock.timer);
  sock.timer = undefined;
  if (sock.sent.length > 0) sock.timer = clock.after(sock.rtoNs, () => tcpRetransmitTimer(sock));
  else if (sock.unsent.length > 0 && sock.sndWnd === 0) sock.timer = clock.after(sock.rtoNs, () => tcpProbeTimer(sock));
}

/**
 * Nothing was acknowledged in time: all that is out counts as lost, the oldest goes again, the rest follows as answers
 * come; the time doubles (not for the first SYNs). After too many times the connection ends with ETIMEDOUT.
 * Kernel: net/ipv4/tcp_timer.c tcp_retransmit_timer(), tcp_write_timeout(). Spec: RFC 6298 §5.
 */
function tcpRetransmitTimer(sock: TcpSock): void {
  sock.timer = undefined;
  const oldest = sock.sent[0];
  if (oldest === undefined || sock.closed) return;
  const { sysctls } = sock.netns;
  const linear = sock.tcpState === 'SYN_SENT' ? sysctls.value('net.ipv4.tcp_syn_linear_timeouts') : 0;
  if (sock.timeouts >= retriesMax(sock) + linear) {
    tcpDone(sock, 'ETIMEDOUT');
    return;
  }
  sock.timeouts++;
  if (sock.timeouts > linear) sock.rtoNs = Math.min(sock.rtoNs * 2, TCP_RTO_MAX_NS);
  if (sock.tcpState !== 'SYN_SENT' && sock.tcpState !== 'SYN_RECV') {
    sock.ssthresh = Math.max(sock.cwnd >> 1, 2);
    sock.cwnd = 1;
    sock.recoverySeq = sock.sndNxt;
    sock.dupAcks = 0;
    for (const segment of sock.sent) segment.lost = true;
  }
  tcpRetransmitSkb(sock, oldest);
  tcpRearmRto(sock);
}

function retriesMax(sock: TcpSock): number {
  const { sysctls } = sock.netns;
  if (sock.tcpState === 'SYN_SENT') return sysctls.value('net.ipv4.tcp_syn_retries');
  if (sock.tcpState === 'SYN_RECV') return sysctls.value('net.ipv4.tcp_synack_retries');
  return sysctls.value('net.ipv4.tcp_retries2');
}

/** Kernel: net/ipv4/tcp_output.c tcp_retransmit_skb(). */
export function tcpRetransmitSkb(sock: TcpSock, segment: SentSegment): void {
  segment.retransmits++;
  segment.lost = false;
  const options =
    segment.flags & TCP_SYN ? tcpSynOptions(sock, sock.tcpState === 'SYN_SENT' || sock.rcvScale > 0) : undefined;
  tcpTransmit(sock, segment.seq, segment.flags, segment.payload, options);
}

/** Asks a peer whose window is closed whether it has opened. Kernel: net/ipv4/tcp_timer.c tcp_probe_timer(). */
function tcpProbeTimer(sock: TcpSock): void {
  sock.timer = undefined;
  if (sock.closed || sock.unsent.length === 0) return;
  if (sock.timeouts >= sock.netns.sysctls.value('net.ipv4.tcp_retries2')) {
    tcpDone(sock, 'ETIMEDOUT');
    return;
  }
  sock.timeouts++;
  sock.rtoNs = Math.min(sock.rtoNs * 2, TCP_RTO_MAX_NS);
  tcpTransmit(sock, seqAdd(sock.sndUna, -1), TCP_ACK);
  tcpRearmRto(sock);
}
