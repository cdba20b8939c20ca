import { TCP_ACK, TCP_RST, TCP_SYN, tcpWindow } from '@sluice/wire';
import type { SkBuff } from '../../skb/sk-buff.ts';
import { consumed, drop, reject, type Step, step } from '../../step.ts';
import { tcpMeasureRtt } from './tcp-ack.ts';
import { tcpDone } from './tcp-done.ts';
import { TCP_TIMEOUT_INIT_NS, TCP_WINDOW_INIT } from './tcp-limits.ts';
import { tcpRearmRto } from './tcp-retransmit-timer.ts';
import { after, seqAdd } from './tcp-sequence.ts';
import type { TcpSock } from './tcp-sock.ts';
import { tcpSynOptions } from './tcp-syn-options.ts';
import { tcpTransmit } from './tcp-transmit-skb.ts';
import { tcpTakeSynOptions } from './tcp-v4-conn-request.ts';
import { tcpV4SendReset } from './tcp-v4-send-reset.ts';
import { tcpWriteXmit } from './tcp-write-xmit.ts';

/**
 * The answer to our SYN: SYN, ACK opens the connection, a reset refuses it, a SYN alone means that both ends opened at
 * once. Kernel: net/ipv4/tcp_input.c tcp_rcv_synsent_state_process(). Spec: RFC 9293 §3.10.7.3. Row F2.
 */
export const tcpRcvSynsentStateProcess: Step = step(
  'tcp_rcv_synsent_state_process',
  'tcp',
  'F2',
  (skb: SkBuff): Step => {
    const sock = skb.sk as TcpSock;
    const flags = skb.tcpFlags;
    if (flags & TCP_ACK && (!after(skb.ackSeq, sock.sndUna) || after(skb.ackSeq, sock.sndNxt))) {
      tcpV4SendReset(skb);
      return reject(skb, 'TCP_INVALID_ACK_SEQUENCE');
    }
    if (flags & TCP_RST) {
      if ((flags & TCP_ACK) === 0) return drop(skb, 'TCP_RESET');
      if (skb.trace !== null) skb.trace.because('protocol', 'the peer refuses the connection');
      tcpDone(sock, 'ECONNREFUSED');
      return drop(skb, 'TCP_RESET');
    }
    if ((flags & TCP_SYN) === 0) return drop(skb, 'TCP_FLAGS');
    tcpTakeSynOptions(sock, skb);
    sock.rcvNxt = seqAdd(skb.seq, 1);
    sock.rcvWup = seqAdd(sock.rcvNxt, TCP_WINDOW_INIT);
    sock.sndWnd = tcpWindow(skb.bytes, skb.transportHeader);
    sock.sndWl1 = skb.seq;
    if ((flags & TCP_ACK) === 0) {
      sock.move('syn');
      tcpTransmit(sock, sock.sndUna, TCP_SYN | TCP_ACK, undefined, tcpSynOptions(sock, sock.rcvScale > 0));
      return consumed;
    }
    sock.sndUna = skb.ackSeq;
    const syn = sock.sent.shift();
    sock.timeouts = 0;
    sock.rtoNs = TCP_TIMEOUT_INIT_NS;
    if (syn?.retransmits === 0) tcpMeasureRtt(sock, sock.netns.host.machine.clock.nowNs - syn.sentNs);
    sock.move('syn-ack');
    tcpRearmRto(sock);
    sock.establishedPending = true;
    sock.poll.callback(sock);
    if (skb.trace !== null) skb.trace.detail('the connection is ESTABLISHED');
    if (sock.unsent.length > 0) tcpWriteXmit(sock);
    else tcpTransmit(sock, sock.sndNxt, TCP_ACK);
    return consumed;
  },
);
