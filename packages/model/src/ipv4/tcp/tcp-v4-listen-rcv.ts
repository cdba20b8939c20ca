import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '@sluice/wire';
import type { SkBuff } from '../../skb/sk-buff.ts';
import { drop, reject, type Step, step } from '../../step.ts';
import { tcpV4ConnRequest } from './tcp-v4-conn-request.ts';
import { tcpV4SendReset } from './tcp-v4-send-reset.ts';

/**
 * A segment for a listener: a SYN asks for a connection, an ACK of nothing is reset, the rest makes no sense.
 * Kernel: net/ipv4/tcp_input.c tcp_rcv_state_process(), case TCP_LISTEN. Row F2.
 */
export const tcpV4ListenRcv: Step = step('tcp_rcv_state_process', 'tcp', 'F2', (skb: SkBuff): Step => {
  const flags = skb.tcpFlags;
  if (flags & TCP_RST) return drop(skb, 'TCP_RESET');
  if (flags & TCP_ACK) {
    if (skb.trace !== null) skb.trace.because('socket', 'the listener has no such connection');
    tcpV4SendReset(skb);
    return reject(skb, 'TCP_FLAGS');
  }
  if ((flags & TCP_SYN) === 0 || (flags & TCP_FIN) !== 0) return drop(skb, 'TCP_FLAGS');
  return tcpV4ConnRequest;
});
