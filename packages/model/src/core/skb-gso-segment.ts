import {
  ETH_HLEN,
  ETH_P_IP,
  IPPROTO_TCP,
  ipDestination,
  ipHeaderBytes,
  ipId,
  ipProtocol,
  ipSource,
  setIpId,
  setIpTotalLength,
  setTcpFlags,
  setTcpSequence,
  TCP_CWR,
  TCP_FIN,
  TCP_PSH,
  tcpFlags,
  tcpHeaderBytes,
  tcpSequence,
  updateIpChecksum,
  updateTcpChecksum,
} from '@sluice/wire';
import { run } from '../runner.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { consumed, type Step, step, undecidable } from '../step.ts';
import { devHardStartXmit } from './dev-hard-start-xmit.ts';

/**
 * Cuts a packet that stands for several TCP segments into those segments, each a packet of its own.
 * Kernel: net/core/gso.c __skb_gso_segment(), net/ipv4/tcp_offload.c tcp_gso_segment(). Row D4.
 */
export const skbGsoSegment: Step = step('__skb_gso_segment', 'core', 'D4', (skb: SkBuff): Step => {
  const { bytes, data } = skb;
  const ip = data + ETH_HLEN;
  if (skb.protocol !== ETH_P_IP || ipProtocol(bytes, ip) !== IPPROTO_TCP) {
    return undecidable(skb, 'segmentation of a merged packet that is not plain TCP over IPv4');
  }
  const tcp = ip + ipHeaderBytes(bytes, ip);
  const payloadAt = tcp + tcpHeaderBytes(bytes, tcp);
  const payload = skb.tail - payloadAt;
  let count = 0;
  for (let from = 0; from < payload; from += skb.gsoBytes) {
    const length = Math.min(skb.gsoBytes, payload - from);
    run(devHardStartXmit, makeSegment(skb, payloadAt - data, from, length, count, from + length === payload));
    count++;
  }
  if (skb.trace !== null) skb.trace.detail(`cut into ${count} segments of ${skb.gsoBytes} bytes`);
  return consumed;
});

function makeSegment(skb: SkBuff, headers: number, from: number, length: number, index: number, last: boolean): SkBuff {
  const { machine } = skb.dev.netns.host;
  const { bytes } = skb;
  const part = machine.packets.alloc(headers + length, skb.dev);
  bytes.copyWithin(part.data, skb.data, skb.data + headers);
  bytes.copyWithin(part.data + headers, skb.data + headers + from, skb.data + headers + from + length);
  part.tail = part.data + headers + length;
  part.macHeader = part.data;
  part.macBytes = ETH_HLEN;
  const ip = part.data + ETH_HLEN;
  const tcp = ip + ipHeaderBytes(bytes, ip);
  part.networkHeader = ip;
  part.transportHeader = tcp;
  part.protocol = skb.protocol;
  part.mark = skb.mark;
  const flags = tcpFlags(bytes, tcp);
  setTcpFlags(bytes, tcp, (last ? flags : flags & ~(TCP_FIN | TCP_PSH)) & (index === 0 ? 0xff : ~TCP_CWR));
  setTcpSequence(bytes, tcp, (tcpSequence(bytes, tcp) + from) >>> 0);
  setIpId(bytes, ip, (ipId(bytes, ip) + index) & 0xffff);
  setIpTotalLength(bytes, ip, part.tail - ip);
  updateIpChecksum(bytes, ip);
  updateTcpChecksum(bytes, tcp, part.tail - tcp, ipSource(bytes, ip), ipDestination(bytes, ip));
  machine.tracer.follow(part, machine.tracer.birth(skb.dev.netns));
  return part;
}
