import { ipDestination, ipSource, udpDestinationPort, udpSourcePort } from '@sluice/wire';
import { run } from '../../runner.ts';
import type { SkBuff } from '../../skb/sk-buff.ts';
import { skbCopy } from '../../skb/skb-copy.ts';
import { consumed, type Step, step } from '../../step.ts';
import { udpQueueRcvSkb } from './udp-queue-rcv-skb.ts';
import type { UdpSock } from './udp-sock.ts';

/**
 * A datagram to a group or to all: every socket that fits gets one, the first the packet itself, the others copies.
 * Without any it is passed over in silence. Kernel: net/ipv4/udp.c __udp4_lib_mcast_deliver(). Row F1.
 */
export const udpMcastDeliver: Step = step('__udp4_lib_mcast_deliver', 'udp', 'F1', (skb: SkBuff): Step => {
  const { netns } = skb.dev;
  const { bytes, transportHeader } = skb;
  const sockets = netns.udp.get(udpDestinationPort(bytes, transportHeader))?.filter((sock) => fits(sock, skb)) ?? [];
  if (skb.trace !== null) skb.trace.detail(`${sockets.length} sockets take it`);
  const [first, ...others] = sockets;
  if (first === undefined) return consumed;
  const { tracer } = netns.host.machine;
  for (const sock of others) {
    const copy = skbCopy(skb);
    copy.sk = sock;
    tracer.follow(copy, tracer.birth(netns));
    run(udpQueueRcvSkb, copy);
  }
  skb.sk = first;
  return udpQueueRcvSkb;
});

/** Kernel: __udp_is_mcast_sock(). */
function fits(sock: UdpSock, skb: SkBuff): boolean {
  const { bytes, networkHeader, transportHeader } = skb;
  return (
    (sock.localAddress === 0 || sock.localAddress === ipDestination(bytes, networkHeader)) &&
    (sock.peerAddress === 0 || sock.peerAddress === ipSource(bytes, networkHeader)) &&
    (sock.peerPort === 0 || sock.peerPort === udpSourcePort(bytes, transportHeader))
  );
}
