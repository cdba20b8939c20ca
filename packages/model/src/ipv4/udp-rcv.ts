import {
  formatIpv4,
  ICMP_DEST_UNREACH,
  ICMP_PORT_UNREACH,
  IPPROTO_UDP,
  ipDestination,
  ipSource,
  pseudoHeaderSum,
  UDP_HLEN,
  udpChecksum,
  udpDestinationPort,
  udpLength,
  udpSourcePort,
  verifyChecksum,
} from '@sluice/wire';
import { CHECKSUM_NONE, type SkBuff } from '../skb/sk-buff.ts';
import { drop, reject, type Step, step } from '../step.ts';
import { xfrm4PolicyCheck } from '../xfrm/xfrm4-policy-check.ts';
import { icmpSend } from './icmp-send.ts';
import { udpMcastDeliver } from './udp/udp-mcast-deliver.ts';
import { udpQueueRcvSkb } from './udp/udp-queue-rcv-skb.ts';
import { udp4LibLookup } from './udp/udp4-lib-lookup.ts';

/**
 * UDP's door: length (PKT_TOO_SMALL), checksum (UDP_CSUM), then the socket by addresses and ports; without one ICMP port
 * unreachable (NO_SOCKET). Kernel: net/ipv4/udp.c udp_rcv(), __udp4_lib_rcv(). Rows F1, D7.
 */
export const udpRcv: Step = step('udp_rcv', 'udp', 'F1', (skb: SkBuff): Step => {
  const { bytes, data, networkHeader } = skb;
  if (skb.len < UDP_HLEN) return drop(skb, 'NOT_SPECIFIED');
  const length = udpLength(bytes, data);
  if (length > skb.len || length < UDP_HLEN) {
    if (skb.trace !== null) skb.trace.because('protocol', `the UDP header says ${length} bytes, there are ${skb.len}`);
    return drop(skb, 'PKT_TOO_SMALL');
  }
  skb.tail = data + length;
  const source = ipSource(bytes, networkHeader);
  const destination = ipDestination(bytes, networkHeader);
  if (skb.ipSummed === CHECKSUM_NONE && udpChecksum(bytes, data) !== 0) {
    if (!verifyChecksum(bytes, data, length, pseudoHeaderSum(source, destination, IPPROTO_UDP, length))) {
      if (skb.trace !== null) skb.trace.because('protocol', 'the UDP checksum is wrong');
      return drop(skb, 'UDP_CSUM');
    }
  }
  if (skb.dst?.group === true) return udpMcastDeliver;
  const port = udpDestinationPort(bytes, data);
  const sock = udp4LibLookup(skb.dev.netns, source, udpSourcePort(bytes, data), destination, port);
  if (sock !== undefined) {
    skb.sk = sock;
    if (skb.trace !== null) skb.trace.detail(`socket bound to ${formatIpv4(sock.localAddress)}:${sock.localPort}`);
    return udpQueueRcvSkb;
  }
  if (!xfrm4PolicyCheck('in', skb)) return drop(skb, 'NOT_SPECIFIED');
  if (skb.trace !== null)
    skb.trace.because('socket', `no UDP socket is bound to ${formatIpv4(destination)}:${port}${placeOf(skb)}`);
  icmpSend(skb, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
  return reject(skb, 'NO_SOCKET');
});

const placeOf = (skb: SkBuff): string => (skb.dev.netns.name === '' ? '' : ` in ${skb.dev.netns.name}`);
