import { formatTcpFlags, IPV4_HLEN, TCP_ACK, TCP_HLEN, TCP_SYN, updateTcpChecksum, writeTcp } from '@sluice/wire';
import { run } from '../../runner.ts';
import { CHECKSUM_PARTIAL, type SkBuff } from '../../skb/sk-buff.ts';
import { type Step, step } from '../../step.ts';
import { ipQueueXmit } from '../ip-queue-xmit.ts';
import { TCP_WINDOW_INIT } from './tcp-limits.ts';
import { seqAdd } from './tcp-sequence.ts';
import type { TcpSock } from './tcp-sock.ts';

const NO_BYTES = new Uint8Array(0);

/**
 * Sends one segment of a connection: header, options, payload, checksum; then IP. `packetId` is that of the call which
 * made the packet, 0 where it is born here. Kernel: net/ipv4/tcp_output.c __tcp_transmit_skb(). Row F2.
 */
export function tcpTransmit(
  sock: TcpSock,
  seq: number,
  flags: number,
  payload: Uint8Array = NO_BYTES,
  options: Uint8Array = NO_BYTES,
  packetId = 0,
): void {
  const { netns } = sock;
  const { packets, tracer } = netns.host.machine;
  const headerBytes = TCP_HLEN + options.length;
  const skb = packets.alloc(IPV4_HLEN + headerBytes + payload.length, netns.loopback);
  const { bytes } = skb;
  const tcp = skb.data + IPV4_HLEN;
  const window = (flags & TCP_SYN) !== 0 ? TCP_WINDOW_INIT : tcpSelectWindow(sock) >>> sock.rcvScale;
  const ack = (flags & TCP_ACK) !== 0 ? sock.rcvNxt : 0;
  writeTcp(bytes, tcp, sock.localPort, sock.peerPort, seq, ack, headerBytes, flags, window);
  bytes.set(options, tcp + TCP_HLEN);
  bytes.set(payload, tcp + headerBytes);
  skb.tail = tcp + headerBytes + payload.length;
  updateTcpChecksum(bytes, tcp, headerBytes + payload.length, sock.localAddress, sock.peerAddress);
  skb.ipSummed = CHECKSUM_PARTIAL;
  skb.transportHeader = tcp;
  skb.seq = seq;
  skb.tcpFlags = flags;
  skb.sk = sock;
  skb.mark = sock.mark;
  tracer.follow(skb, packetId !== 0 ? packetId : tracer.birth(netns));
  run(tcpTransmitSkb, skb);
}

/** The window to advertise: never less than was advertised before. Kernel: tcp_select_window(). */
function tcpSelectWindow(sock: TcpSock): number {
  const room = Math.max(0, (sock.receiveBufferBytes - sock.receiveAllocBytes) >> 1);
  const scaled = Math.min(room, 0xffff << sock.rcvScale) & ~((1 << sock.rcvScale) - 1);
  const promised = Math.max(0, (sock.rcvWup - sock.rcvNxt) | 0);
  const window = Math.max(scaled, promised);
  sock.rcvWup = seqAdd(sock.rcvNxt, window);
  return window;
}

const tcpTransmitSkb: Step = step('__tcp_transmit_skb', 'tcp', 'F2', (skb: SkBuff): Step => {
  if (skb.trace !== null) {
    const sock = skb.sk as TcpSock;
    const payload = skb.tail - skb.transportHeader - (skb.bytes[skb.transportHeader + 12]! >>> 4) * 4;
    skb.trace.detail(`${formatTcpFlags(skb.tcpFlags)}, ${payload} bytes, connection ${sock.tcpState}`);
  }
  return ipQueueXmit;
});
