import { formatIpv4 } from '../address/ipv4.ts';
import { formatArp, parseArp } from '../header/arp.ts';
import { formatEtherType } from '../header/ether-types.ts';
import { etherType, formatEthernet, parseEthernet } from '../header/ethernet.ts';
import { formatIcmp, parseIcmp } from '../header/icmp.ts';
import { formatIpProtocol } from '../header/ip-protocols.ts';
import { formatIpv4Header, ipDestination, ipProtocol, ipSource, parseIpv4Header } from '../header/ipv4.ts';
import { ipv6DestinationText, ipv6NextHeader, ipv6SourceText } from '../header/ipv6.ts';
import { formatTcp, formatTcpFlags, parseTcp, tcpDestinationPort, tcpFlags, tcpSourcePort } from '../header/tcp.ts';
import { formatUdp, parseUdp, udpDestinationPort, udpSourcePort } from '../header/udp.ts';
import { type FrameLayer, walkFrame } from './walk-frame.ts';

/** One line that names every header, as packet sniffers print it. Never throws. */
export function formatFrame(bytes: Uint8Array, starts: 'ethernet' | 'ip' = 'ethernet'): string {
  const layers = walkFrame(bytes, starts);
  const payload = layers.find((l) => l.kind === 'payload');
  const payloadBytes = payload ? payload.end - payload.at : 0;
  return layers
    .filter((layer) => layer.kind !== 'payload')
    .map((layer) => {
      const text = formatLayer(layer, bytes, payloadBytes);
      return layer.problem === undefined ? text : `${text} [${layer.problem}]`;
    })
    .join(' | ');
}

function formatLayer(layer: FrameLayer, bytes: Uint8Array, payloadBytes: number): string {
  if (layer.problem !== undefined && !layer.problem.includes('checksum')) return layer.kind;
  const { at } = layer;
  switch (layer.kind) {
    case 'ethernet':
      return formatEthernet(parseEthernet(bytes, at));
    case 'arp':
      return formatArp(parseArp(bytes, at));
    case 'ipv4':
      return formatIpv4Header(parseIpv4Header(bytes, at));
    case 'ipv6':
      return `${ipv6SourceText(bytes, at)} > ${ipv6DestinationText(bytes, at)}: ${formatIpProtocol(ipv6NextHeader(bytes, at))}`;
    case 'icmp':
      return formatIcmp(parseIcmp(bytes, at));
    case 'udp':
      return formatUdp(parseUdp(bytes, at));
    case 'tcp':
      return formatTcp(parseTcp(bytes, at), payloadBytes);
    case 'vlan':
    case 'payload':
      return layer.kind;
    default:
      return layer.kind satisfies never;
  }
}

/** The gist, for a heading: `TCP SYN 10.0.1.2:40000 → 10.96.0.10:80`, `ARP who-has 10.0.0.2 tell 10.0.0.1`. */
export function summarizeFrame(bytes: Uint8Array, starts: 'ethernet' | 'ip' = 'ethernet'): string {
  let ends: readonly [string, string] = ['?', '?'];
  let text = `${bytes.length} bytes`;
  for (const { kind, at, problem } of walkFrame(bytes, starts)) {
    if (problem !== undefined && !problem.includes('checksum')) return `${kind} (${problem})`;
    if (kind === 'ethernet') text = formatEtherType(etherType(bytes, at));
    else if (kind === 'arp') text = formatArp(parseArp(bytes, at));
    else if (kind === 'ipv4') {
      ends = [formatIpv4(ipSource(bytes, at)), formatIpv4(ipDestination(bytes, at))];
      text = `${formatIpProtocol(ipProtocol(bytes, at))} ${ends[0]} → ${ends[1]}`;
    } else if (kind === 'ipv6') {
      text = `IPv6 ${ipv6SourceText(bytes, at)} → ${ipv6DestinationText(bytes, at)}`;
    } else if (kind === 'icmp') text = `${formatIcmp(parseIcmp(bytes, at))} ${ends[0]} → ${ends[1]}`;
    else if (kind === 'udp') {
      text = `UDP ${ends[0]}:${udpSourcePort(bytes, at)} → ${ends[1]}:${udpDestinationPort(bytes, at)}`;
    } else if (kind === 'tcp') {
      const flags = formatTcpFlags(tcpFlags(bytes, at));
      text = `TCP ${flags} ${ends[0]}:${tcpSourcePort(bytes, at)} → ${ends[1]}:${tcpDestinationPort(bytes, at)}`;
    }
  }
  return text;
}
