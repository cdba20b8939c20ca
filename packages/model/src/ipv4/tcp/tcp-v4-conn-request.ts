import {
  ipDestination,
  ipSource,
  parseTcpOptions,
  TCP_ACK,
  TCP_HLEN,
  TCP_SYN,
  tcpDestinationPort,
  tcpHeaderBytes,
  tcpSourcePort,
  tcpWindow,
} from '@sluice/wire';
import type { SkBuff } from '../../skb/sk-buff.ts';
import { consumed, drop, type Step, step } from '../../step.ts';
import { TCP_MSS_DEFAULT, TCP_WINDOW_INIT, TCP_WINDOW_SCALE } from './tcp-limits.ts';
import type { TcpListenSock } from './tcp-listen-sock.ts';
import { tcpRearmRto } from './tcp-retransmit-timer.ts';
import { seqAdd } from './tcp-sequence.ts';
import { TcpSock } from './tcp-sock.ts';
import { tcpAdvertiseMss, tcpSynOptions } from './tcp-syn-options.ts';
import { tcpTransmit } from './tcp-transmit-skb.ts';

/**
 * Somebody wants to connect: a new connection is made, and SYN, ACK answers. With too many waiting to be accepted or
 * half open, the SYN is dropped; the peer will try again. Kernel: net/ipv4/tcp_input.c tcp_conn_request(). We depart:
 * the connection is a full socket at once, and there are no SYN cookies. Row F2.
 */
export const tcpV4ConnRequest: Step = step('tcp_v4_conn_request', 'tcp', 'F2', (skb: SkBuff): Step => {
  const listener = skb.sk as TcpListenSock;
  const { sysctls } = listener.netns;
  const backlog = sysctls.value('net.core.somaxconn');
  if (
    listener.acceptQueue.length > backlog ||
    listener.halfOpen >= Math.max(backlog, sysctls.value('net.ipv4.tcp_max_syn_backlog'))
  ) {
    listener.drops++;
    if (skb.trace !== null)
      skb.trace.because('limit', `${listener.acceptQueue.length} connections wait to be accepted`);
    return drop(skb, 'NOT_SPECIFIED');
  }
  const child = newConnection(skb, listener);
  listener.halfOpen++;
  if (skb.trace !== null) skb.trace.detail('a new connection in SYN_RECV; answered with SYN,ACK');
  const { machine } = listener.netns.host;
  const flags = TCP_SYN | TCP_ACK;
  const synAck = {
    seq: child.sndUna,
    endSeq: child.sndNxt,
    flags,
    payload: new Uint8Array(0),
    sentNs: machine.clock.nowNs,
    retransmits: 0,
    lost: false,
  };
  child.sent.push(synAck);
  tcpRearmRto(child);
  tcpTransmit(child, child.sndUna, flags, undefined, tcpSynOptions(child, child.rcvScale > 0));
  return consumed;
});

function newConnection(skb: SkBuff, listener: TcpListenSock): TcpSock {
  const { bytes, networkHeader, transportHeader: tcp } = skb;
  const { netns } = listener;
  const child = new TcpSock(netns);
  child.listener = listener;
  child.localAddress = ipDestination(bytes, networkHeader);
  child.localPort = tcpDestinationPort(bytes, tcp);
  child.peerAddress = ipSource(bytes, networkHeader);
  child.peerPort = tcpSourcePort(bytes, tcp);
  tcpTakeSynOptions(child, skb);
  child.rcvNxt = seqAdd(skb.seq, 1);
  child.rcvWup = seqAdd(child.rcvNxt, TCP_WINDOW_INIT);
  child.sndUna = netns.host.machine.random.u32();
  child.sndNxt = seqAdd(child.sndUna, 1);
  child.sndWnd = tcpWindow(bytes, tcp);
  child.sndWl1 = skb.seq;
  child.move('syn');
  netns.tcp.add(child);
  return child;
}

/** What the peer's SYN says: its segment size, and whether windows are scaled. */
export function tcpTakeSynOptions(sock: TcpSock, skb: SkBuff): void {
  const { bytes, transportHeader: tcp } = skb;
  const options = parseTcpOptions(bytes, tcp + TCP_HLEN, tcpHeaderBytes(bytes, tcp) - TCP_HLEN);
  sock.mss = Math.max(88, Math.min(options.mss ?? TCP_MSS_DEFAULT, tcpAdvertiseMss(sock)));
  const scaled = options.windowScale !== undefined && sock.netns.sysctls.value('net.ipv4.tcp_window_scaling') !== 0;
  sock.sndScale = scaled ? options.windowScale! : 0;
  sock.rcvScale = scaled ? TCP_WINDOW_SCALE : 0;
}
