import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '@sluice/wire';
import type { SkBuff } from '../../skb/sk-buff.ts';
import { consumed, drop, type Step, step } from '../../step.ts';
import { tcpDone } from './tcp-done.ts';
import { after } from './tcp-sequence.ts';
import type { TcpSock } from './tcp-sock.ts';
import { tcpTransmit } from './tcp-transmit-skb.ts';
import { tcpV4ListenRcv } from './tcp-v4-listen-rcv.ts';

/**
 * A late segment: a newer SYN may begin a new connection, FIN and data are acknowledged again, a reset ends the waiting.
 * Kernel: net/ipv4/tcp_minisocks.c tcp_timewait_state_process(). Spec: RFC 9293 §3.10.7.4, RFC 1337. Row F2.
 */
export const tcpTimewaitStateProcess: Step = step('tcp_timewait_state_process', 'tcp', 'F2', (skb: SkBuff): Step => {
  const sock = skb.sk as TcpSock;
  const flags = skb.tcpFlags;
  if (flags & TCP_RST) {
    tcpDone(sock, undefined);
    return drop(skb, 'TCP_RESET');
  }
  const listener = sock.netns.tcp.lookupListener(sock.localAddress, sock.localPort);
  if ((flags & (TCP_SYN | TCP_ACK)) === TCP_SYN && after(skb.seq, sock.rcvNxt) && listener) {
    tcpDone(sock, undefined);
    skb.sk = listener;
    return tcpV4ListenRcv;
  }
  if (flags & (TCP_FIN | TCP_SYN) || skb.len > 0) tcpTransmit(sock, sock.sndNxt, TCP_ACK);
  return consumed;
});
