import { TCP_SYN } from '@sluice/wire';
import { tcpRearmRto } from './tcp-retransmit-timer.ts';
import { seqAdd } from './tcp-sequence.ts';
import type { TcpSock } from './tcp-sock.ts';
import { tcpSynOptions } from './tcp-syn-options.ts';
import { tcpTransmit } from './tcp-transmit-skb.ts';

/** Sends the SYN and waits for its answer. Kernel: net/ipv4/tcp_output.c tcp_connect(). Row F2. */
export function tcpConnect(sock: TcpSock, packetId: number): void {
  const { machine } = sock.netns.host;
  const iss = machine.random.u32();
  sock.sndUna = iss;
  sock.sndNxt = seqAdd(iss, 1);
  sock.sent.push({
    seq: iss,
    endSeq: sock.sndNxt,
    flags: TCP_SYN,
    payload: new Uint8Array(0),
    sentNs: machine.clock.nowNs,
    retransmits: 0,
    lost: false,
  });
  tcpRearmRto(sock);
  tcpTransmit(sock, iss, TCP_SYN, undefined, tcpSynOptions(sock, true), packetId);
}
