import { TCP_ACK, TCP_RST, TCP_SYN } from '@sluice/wire';
import type { SkBuff } from '../../skb/sk-buff.ts';
import { drop, type Step } from '../../step.ts';
import { tcpDone } from './tcp-done.ts';
import { after, before } from './tcp-sequence.ts';
import type { TcpSock } from './tcp-sock.ts';
import { tcpTransmit } from './tcp-transmit-skb.ts';

/**
 * Whether a segment lies in the window, and is neither a reset nor a stray SYN. Returns null where it may be processed,
 * else its end. Kernel: net/ipv4/tcp_input.c tcp_validate_incoming(). Spec: RFC 9293 §3.10.7.4, RFC 5961.
 */
export function tcpValidateIncoming(sock: TcpSock, skb: SkBuff): Step | null {
  const flags = skb.tcpFlags;
  if (before(skb.endSeq, sock.rcvNxt) || after(skb.seq, sock.rcvWup)) {
    if (flags & TCP_RST) return drop(skb, 'TCP_INVALID_SEQUENCE');
    tcpTransmit(sock, sock.sndNxt, TCP_ACK);
    return drop(skb, before(skb.endSeq, sock.rcvNxt) ? oldReason(skb) : 'TCP_INVALID_SEQUENCE');
  }
  if (flags & TCP_RST) {
    if (skb.seq !== sock.rcvNxt) {
      tcpTransmit(sock, sock.sndNxt, TCP_ACK);
      return drop(skb, 'TCP_RESET');
    }
    if (skb.trace !== null) skb.trace.because('protocol', 'the peer reset the connection');
    tcpDone(sock, 'ECONNRESET');
    return drop(skb, 'TCP_RESET');
  }
  if (flags & TCP_SYN) {
    tcpTransmit(sock, sock.sndNxt, TCP_ACK);
    return drop(skb, 'TCP_INVALID_SYN');
  }
  return null;
}

const oldReason = (skb: SkBuff): 'TCP_OLD_DATA' | 'TCP_OLD_SEQUENCE' =>
  skb.len > 0 ? 'TCP_OLD_DATA' : 'TCP_OLD_SEQUENCE';
