import { TCP_ACK, TCP_FIN, TCP_PSH } from '@sluice/wire';
import { tcpRearmRto } from './tcp-retransmit-timer.ts';
import { seqAdd, seqDiff } from './tcp-sequence.ts';
import type { TcpSock } from './tcp-sock.ts';
import { tcpTransmit } from './tcp-transmit-skb.ts';

/**
 * Sends as much of what waits as the peer's window and the congestion window allow, in segments of the peer's size; the
 * FIN goes with the last of it. Kernel: net/ipv4/tcp_output.c tcp_write_xmit(). Row F2.
 * We depart: no Nagle delay.
 */
export function tcpWriteXmit(sock: TcpSock): void {
  let sentAny = false;
  while (sock.unsent.length > 0 && sock.sent.length < sock.cwnd) {
    const room = seqDiff(seqAdd(sock.sndUna, sock.sndWnd), sock.sndNxt);
    if (room <= 0) break;
    const payload = takeBytes(sock.unsent, Math.min(sock.mss, room));
    const last = sock.unsent.length === 0;
    transmitNew(sock, TCP_ACK | (last ? TCP_PSH : 0) | (last && sock.finQueued ? TCP_FIN : 0), payload);
    sentAny = true;
    if (last && sock.finQueued) return;
  }
  if (sock.finQueued && sock.unsent.length === 0 && sock.finSeq === undefined)
    transmitNew(sock, TCP_ACK | TCP_FIN, new Uint8Array(0));
  else if (!sentAny && sock.unsent.length > 0 && sock.sent.length === 0) tcpRearmRto(sock);
}

function transmitNew(sock: TcpSock, flags: number, payload: Uint8Array): void {
  const seq = sock.sndNxt;
  const endSeq = seqAdd(seq, payload.length + (flags & TCP_FIN ? 1 : 0));
  if (flags & TCP_FIN) sock.finSeq = endSeq;
  const { nowNs } = sock.netns.host.machine.clock;
  const idle = sock.sent.length === 0;
  sock.sent.push({ seq, endSeq, flags, payload, sentNs: nowNs, retransmits: 0, lost: false });
  sock.sndNxt = endSeq;
  if (idle) tcpRearmRto(sock);
  tcpTransmit(sock, seq, flags, payload);
}

/** Takes `count` bytes, or all there are, off the front of a list of chunks. */
function takeBytes(chunks: Uint8Array[], count: number): Uint8Array {
  const first = chunks[0]!;
  if (first.length > count) {
    chunks[0] = first.subarray(count);
    return first.subarray(0, count);
  }
  if (first.length === count || chunks.length === 1) return chunks.shift()!;
  const out = new Uint8Array(
    Math.min(
      count,
      chunks.reduce((sum, c) => sum + c.length, 0),
    ),
  );
  let at = 0;
  while (at < out.length) {
    const part = takeBytes(chunks, Math.min(out.length - at, chunks[0]!.length));
    out.set(part, at);
    at += part.length;
  }
  return out;
}
