import {
  ICMP_DEST_UNREACH,
  ICMP_ECHO,
  ICMP_ECHOREPLY,
  ICMP_HLEN,
  IP_OFFSET,
  IPPROTO_ICMP,
  IPV4_HLEN,
  ipDestination,
  ipFragment,
  ipHeaderBytes,
  ipProtocol,
  ipSource,
  ipTos,
} from '@sluice/wire';
import { PACKET_HOST, type SkBuff } from '../skb/sk-buff.ts';
import { icmpXmit } from './icmp-xmit.ts';
import { inetSelectAddr } from './in-device.ts';
import { RT_SCOPE_LINK } from './scopes.ts';

/** Spec: RFC 1812 §4.3.2.3: an error quotes as much as fits into 576 bytes. */
const ERROR_BYTES_MAX = 576;
/** IPTOS_PREC_INTERNETCONTROL. */
const TOS_INTERNETCONTROL = 0xc0;
/** Types that are no errors; an error about anything else than these would answer an error. */
const QUERIES: ReadonlySet<number> = new Set([ICMP_ECHOREPLY, ICMP_ECHO, 13, 14, 15, 16, 17, 18]);

/**
 * Tells the sender of a packet that it could not go on; `info` is the last half of the header (the MTU). Says nothing
 * about broadcasts, fragments other than the first, and ICMP errors. The packet has been routed.
 * Kernel: net/ipv4/icmp.c __icmp_send(); Spec: RFC 1122 §3.2.2. The rate limit is icmpXmit's. Row D7.
 */
export function icmpSend(skb: SkBuff, type: number, code: number, info: number): void {
  const { bytes, networkHeader: at, dst } = skb;
  if (dst === null || dst.group || skb.pktType !== PACKET_HOST) return;
  if (ipFragment(bytes, at) & IP_OFFSET) return;
  if (ipProtocol(bytes, at) === IPPROTO_ICMP) {
    const inner = at + ipHeaderBytes(bytes, at);
    if (inner >= skb.tail || !QUERIES.has(bytes[inner]!)) return;
  }
  const room = Math.min(ERROR_BYTES_MAX, dst.dev.mtu) - IPV4_HLEN - ICMP_HLEN;
  icmpXmit(skb.dev.netns, {
    type,
    code,
    rest: type === ICMP_DEST_UNREACH ? info & 0xffff : info,
    source: dst.type === 'local' ? ipDestination(bytes, at) : inboundAddress(skb),
    destination: ipSource(bytes, at),
    payloadAt: at,
    payloadBytes: Math.min(room, skb.tail - at),
    mark: 0,
    tos: (ipTos(bytes, at) & 0x1e) | TOS_INTERNETCONTROL,
  });
}

/** With `net.ipv4.icmp_errors_use_inbound_ifaddr`, an address of the device the packet came in by; else routing chooses. */
function inboundAddress(skb: SkBuff): number {
  const { netns } = skb.dev;
  if (netns.sysctls.value('net.ipv4.icmp_errors_use_inbound_ifaddr') === 0) return 0;
  const dev = netns.deviceByIndex(skb.inputInterface);
  return dev === undefined ? 0 : inetSelectAddr(dev, ipSource(skb.bytes, skb.networkHeader), RT_SCOPE_LINK);
}
