import {
  formatIpv4,
  formatTcpFlags,
  IPPROTO_TCP,
  ipDestination,
  ipSource,
  pseudoHeaderSum,
  TCP_FIN,
  TCP_HLEN,
  TCP_SYN,
  tcpAcknowledgment,
  tcpDestinationPort,
  tcpFlags,
  tcpHeaderBytes,
  tcpSequence,
  tcpSourcePort,
  verifyChecksum,
} from '@sluice/wire';
import { CHECKSUM_NONE, PACKET_HOST, type SkBuff } from '../../skb/sk-buff.ts';
import { drop, reject, type Step, step } from '../../step.ts';
import { xfrm4PolicyCheck } from '../../xfrm/xfrm4-policy-check.ts';
import { tcpRcvEstablished } from './tcp-rcv-established.ts';
import { tcpRcvStateProcess } from './tcp-rcv-state-process.ts';
import { tcpRcvSynsentStateProcess } from './tcp-rcv-synsent-state-process.ts';
import { tcpSegLength } from './tcp-segment.ts';
import type { TcpSock } from './tcp-sock.ts';
import { tcpTimewaitStateProcess } from './tcp-timewait-state-process.ts';
import { tcpV4ListenRcv } from './tcp-v4-listen-rcv.ts';
import { tcpV4SendReset } from './tcp-v4-send-reset.ts';

/**
 * TCP's door: lengths, checksum (TCP_CSUM), then the connection of those four numbers, or a listener; without either a
 * reset (NO_SOCKET). The policies are asked for the socket. Kernel: net/ipv4/tcp_ipv4.c tcp_v4_rcv(),
 * tcp_v4_do_rcv(). Rows F2, D6.
 */
export const tcpV4Rcv: Step = step('tcp_v4_rcv', 'tcp', 'F2', (skb: SkBuff): Step => {
  const { bytes, data, networkHeader } = skb;
  const { netns } = skb.dev;
  if (skb.pktType !== PACKET_HOST) return drop(skb, 'NOT_SPECIFIED');
  if (skb.len < TCP_HLEN || tcpHeaderBytes(bytes, data) < TCP_HLEN || tcpHeaderBytes(bytes, data) > skb.len) {
    if (skb.trace !== null) skb.trace.because('protocol', 'the TCP header is cut off');
    return drop(skb, 'PKT_TOO_SMALL');
  }
  const source = ipSource(bytes, networkHeader);
  const destination = ipDestination(bytes, networkHeader);
  if (skb.ipSummed === CHECKSUM_NONE) {
    if (!verifyChecksum(bytes, data, skb.len, pseudoHeaderSum(source, destination, IPPROTO_TCP, skb.len))) {
      if (skb.trace !== null) skb.trace.because('protocol', 'the TCP checksum is wrong');
      return drop(skb, 'TCP_CSUM');
    }
  }
  fillControlBlock(skb);
  const sourcePort = tcpSourcePort(bytes, data);
  const port = tcpDestinationPort(bytes, data);
  skb.data += tcpHeaderBytes(bytes, data);
  const sock = netns.tcp.lookup(destination, port, source, sourcePort);
  if (sock !== undefined) return toConnection(skb, sock);
  const listener = netns.tcp.lookupListener(destination, port);
  if (listener !== undefined) {
    skb.sk = listener;
    if (!xfrm4PolicyCheck('in', skb)) return drop(skb, 'XFRM_POLICY');
    if (skb.trace !== null) skb.trace.detail(`listener on ${formatIpv4(listener.localAddress)}:${port}`);
    return tcpV4ListenRcv;
  }
  if (!xfrm4PolicyCheck('in', skb)) return drop(skb, 'NO_SOCKET');
  if (skb.trace !== null) {
    const place = netns.name === '' ? netns.host.name : netns.name;
    skb.trace.because('socket', `nothing in ${place} listens on TCP ${formatIpv4(destination)}:${port}`);
  }
  return tcpV4SendReset(skb) ? reject(skb, 'NO_SOCKET') : drop(skb, 'NO_SOCKET');
});

/** Kernel: tcp_v4_fill_cb(). */
function fillControlBlock(skb: SkBuff): void {
  const { bytes, data } = skb;
  const flags = tcpFlags(bytes, data);
  skb.seq = tcpSequence(bytes, data);
  skb.ackSeq = tcpAcknowledgment(bytes, data);
  skb.tcpFlags = flags;
  const payload = skb.len - tcpHeaderBytes(bytes, data);
  skb.endSeq = (skb.seq + tcpSegLength(payload, flags & (TCP_SYN | TCP_FIN))) >>> 0;
}

function toConnection(skb: SkBuff, sock: TcpSock): Step {
  skb.sk = sock;
  if (skb.trace !== null) skb.trace.detail(`${formatTcpFlags(skb.tcpFlags)} for a connection in ${sock.tcpState}`);
  if (sock.tcpState === 'TIME_WAIT') return tcpTimewaitStateProcess;
  if (!xfrm4PolicyCheck('in', skb)) {
    sock.drops++;
    return drop(skb, 'XFRM_POLICY');
  }
  if (sock.tcpState === 'ESTABLISHED') return tcpRcvEstablished;
  return sock.tcpState === 'SYN_SENT' ? tcpRcvSynsentStateProcess : tcpRcvStateProcess;
}
