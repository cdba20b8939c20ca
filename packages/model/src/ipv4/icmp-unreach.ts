import {
  formatIpv4,
  ICMP_FRAG_NEEDED,
  ICMP_HLEN,
  ICMP_HOST_UNREACH,
  ICMP_NET_UNREACH,
  ICMP_PORT_UNREACH,
  ICMP_PROT_UNREACH,
  ICMP_TIME_EXCEEDED,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPV4_HLEN,
  icmpCode,
  icmpType,
  ipHeaderBytes,
  ipProtocol,
} from '@sluice/wire';
import type { SkBuff } from '../skb/sk-buff.ts';
import { delivered, drop, type Step, step } from '../step.ts';
import { tcpV4Err } from './tcp/tcp-v4-err.ts';
import { udpErr } from './udp/udp-err.ts';

/** What a code of "destination unreachable" means to the socket. Kernel: icmp_err_convert[]. */
const ERRNO: Readonly<Record<number, string>> = {
  [ICMP_NET_UNREACH]: 'ENETUNREACH',
  [ICMP_HOST_UNREACH]: 'EHOSTUNREACH',
  [ICMP_PROT_UNREACH]: 'ENOPROTOOPT',
  [ICMP_PORT_UNREACH]: 'ECONNREFUSED',
  [ICMP_FRAG_NEEDED]: 'EMSGSIZE',
};

/**
 * An ICMP error goes to the socket whose packet it quotes. Kernel: net/ipv4/icmp.c icmp_unreach(),
 * icmp_socket_deliver(). We depart: path MTU is not remembered. Row D7.
 */
export const icmpUnreach: Step = step('icmp_unreach', 'icmp', 'D7', (skb: SkBuff): Step => {
  const { bytes } = skb;
  const quoted = skb.data + ICMP_HLEN;
  if (skb.tail - quoted < IPV4_HLEN) return drop(skb, 'PKT_TOO_SMALL');
  const transport = quoted + ipHeaderBytes(bytes, quoted);
  if (ipHeaderBytes(bytes, quoted) < IPV4_HLEN || transport + 8 > skb.tail) return drop(skb, 'IP_INHDR');
  const errno =
    icmpType(bytes, skb.data) === ICMP_TIME_EXCEEDED
      ? 'EHOSTUNREACH'
      : (ERRNO[icmpCode(bytes, skb.data)] ?? 'EHOSTUNREACH');
  const hard = errno === 'ECONNREFUSED' || errno === 'ENOPROTOOPT';
  const protocol = ipProtocol(bytes, quoted);
  let told = false;
  if (protocol === IPPROTO_UDP) told = udpErr(skb.dev.netns, bytes, quoted, transport, errno, hard);
  else if (protocol === IPPROTO_TCP) told = tcpV4Err(skb.dev.netns, bytes, quoted, transport, errno, hard);
  if (skb.trace !== null) {
    const destination = formatIpv4(
      ((bytes[quoted + 16]! << 24) | (bytes[quoted + 17]! << 16) | (bytes[quoted + 18]! << 8) | bytes[quoted + 19]!) >>>
        0,
    );
    skb.trace.detail(
      told ? `the socket that sent to ${destination} learns ${errno}` : `no socket of ours sent to ${destination}`,
    );
  }
  return delivered;
});
