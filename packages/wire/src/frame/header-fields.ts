import { formatIpv4 } from '../address/ipv4.ts';
import { formatMac } from '../address/mac.ts';
import { be16At } from '../bytes/big-endian.ts';
import { arpOperation, arpSenderIp, arpSenderMac, arpTargetIp, arpTargetMac } from '../header/arp.ts';
import { formatEtherType } from '../header/ether-types.ts';
import { etherDestination, etherSource, etherType } from '../header/ethernet.ts';
import { icmpCode, icmpRest, icmpType } from '../header/icmp.ts';
import { formatIpProtocol } from '../header/ip-protocols.ts';
import * as ip from '../header/ipv4.ts';
import { ipv6DestinationText, ipv6HopLimit, ipv6NextHeader, ipv6SourceText } from '../header/ipv6.ts';
import * as tcp from '../header/tcp.ts';
import * as udp from '../header/udp.ts';
import { walkFrame } from './walk-frame.ts';

/** A field by name (`ip.saddr`) and its value in display form. */
export type HeaderField = readonly [name: string, value: string];

/**
 * Every header field of a frame that a person would want to see change, in the order they stand: `eth.dst`, `ip.ttl`,
 * `tcp.dport`. Checksums and lengths, which follow from the rest, are left out; the payload shows as its length.
 */
export function headerFields(bytes: Uint8Array, starts: 'ethernet' | 'ip' = 'ethernet'): readonly HeaderField[] {
  const fields: HeaderField[] = [];
  for (const layer of walkFrame(bytes, starts)) {
    const { at, end } = layer;
    if (layer.problem !== undefined && !layer.problem.includes('checksum')) {
      fields.push([`${layer.kind}.problem`, layer.problem]);
      break;
    }
    switch (layer.kind) {
      case 'ethernet':
        fields.push(
          ['eth.dst', formatMac(bytes, etherDestination(at))],
          ['eth.src', formatMac(bytes, etherSource(at))],
          ['eth.type', formatEtherType(etherType(bytes, at))],
        );
        break;
      case 'vlan':
        fields.push(['vlan.id', String(be16At(bytes, at) & 0xfff)]);
        break;
      case 'arp':
        fields.push(
          ['arp.op', String(arpOperation(bytes, at))],
          ['arp.sha', formatMac(bytes, arpSenderMac(at))],
          ['arp.spa', formatIpv4(arpSenderIp(bytes, at))],
          ['arp.tha', formatMac(bytes, arpTargetMac(at))],
          ['arp.tpa', formatIpv4(arpTargetIp(bytes, at))],
        );
        break;
      case 'ipv4':
        fields.push(...ipv4Fields(bytes, at));
        break;
      case 'ipv6':
        fields.push(
          ['ip6.saddr', ipv6SourceText(bytes, at)],
          ['ip6.daddr', ipv6DestinationText(bytes, at)],
          ['ip6.nexthdr', formatIpProtocol(ipv6NextHeader(bytes, at))],
          ['ip6.hoplimit', String(ipv6HopLimit(bytes, at))],
        );
        break;
      case 'icmp':
        fields.push(
          ['icmp.type', String(icmpType(bytes, at))],
          ['icmp.code', String(icmpCode(bytes, at))],
          ['icmp.rest', `0x${icmpRest(bytes, at).toString(16)}`],
        );
        break;
      case 'udp':
        fields.push(
          ['udp.sport', String(udp.udpSourcePort(bytes, at))],
          ['udp.dport', String(udp.udpDestinationPort(bytes, at))],
        );
        break;
      case 'tcp':
        fields.push(...tcpFields(bytes, at));
        break;
      case 'payload':
        fields.push(['payload.bytes', String(end - at)]);
        break;
      default:
        layer.kind satisfies never;
    }
  }
  return fields;
}

const ipv4Fields = (bytes: Uint8Array, at: number): readonly HeaderField[] => [
  ['ip.saddr', formatIpv4(ip.ipSource(bytes, at))],
  ['ip.daddr', formatIpv4(ip.ipDestination(bytes, at))],
  ['ip.protocol', formatIpProtocol(ip.ipProtocol(bytes, at))],
  ['ip.ttl', String(ip.ipTtl(bytes, at))],
  ['ip.tos', String(ip.ipTos(bytes, at))],
  ['ip.id', String(ip.ipId(bytes, at))],
  ['ip.frag', `0x${ip.ipFragment(bytes, at).toString(16)}`],
];

const tcpFields = (bytes: Uint8Array, at: number): readonly HeaderField[] => [
  ['tcp.sport', String(tcp.tcpSourcePort(bytes, at))],
  ['tcp.dport', String(tcp.tcpDestinationPort(bytes, at))],
  ['tcp.flags', tcp.formatTcpFlags(tcp.tcpFlags(bytes, at))],
  ['tcp.seq', String(tcp.tcpSequence(bytes, at))],
  ['tcp.ack', String(tcp.tcpAcknowledgment(bytes, at))],
  ['tcp.window', String(tcp.tcpWindow(bytes, at))],
];
