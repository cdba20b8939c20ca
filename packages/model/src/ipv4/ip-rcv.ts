import {
  foldSum,
  formatIpv4,
  formatMac,
  IPV4_HLEN,
  ipDestination,
  ipHeaderBytes,
  ipTotalLength,
  ipVersion,
  sumBytes,
} from '@sluice/wire';
import { nfPreRouting } from '../netfilter/nf-hook.ts';
import { PACKET_OTHERHOST, type SkBuff } from '../skb/sk-buff.ts';
import { drop, type Step, step } from '../step.ts';
import { ipRcvFinish } from './ip-rcv-finish.ts';

/**
 * IPv4's door: not ours by MAC (OTHERHOST), too short, wrong version or header length (IP_INHDR), wrong checksum
 * (IP_CSUM), shorter than it says (PKT_TOO_SMALL); padding is cut off. Then PRE_ROUTING.
 * Kernel: net/ipv4/ip_input.c ip_rcv(), ip_rcv_core(). Row D1.
 */
export const ipRcv: Step = step('ip_rcv', 'ip', 'D1', (skb: SkBuff): Step => {
  const { bytes, data } = skb;
  if (skb.pktType === PACKET_OTHERHOST) {
    if (skb.trace !== null) {
      const mac = formatMac(bytes, skb.macHeader);
      skb.trace.because('neighbour', `the frame is addressed to ${mac}, and ${skb.dev.name} is ${skb.dev.mac}`);
    }
    return drop(skb, 'OTHERHOST');
  }
  const have = skb.tail - data;
  if (have < IPV4_HLEN) return headerError(skb, `${have} bytes are no IPv4 header`);
  const headerBytes = ipHeaderBytes(bytes, data);
  if (headerBytes < IPV4_HLEN || ipVersion(bytes, data) !== 4)
    return headerError(skb, 'the version or header length is wrong');
  if (have < headerBytes) return headerError(skb, 'the header length reaches beyond the packet');
  if (foldSum(sumBytes(bytes, data, headerBytes)) !== 0xffff) {
    if (skb.trace !== null) skb.trace.because('protocol', 'the IP header checksum is wrong');
    return drop(skb, 'IP_CSUM');
  }
  const total = ipTotalLength(bytes, data);
  if (have < total) {
    if (skb.trace !== null) skb.trace.because('protocol', `the header says ${total} bytes, there are ${have}`);
    return drop(skb, 'PKT_TOO_SMALL');
  }
  if (total < headerBytes) return headerError(skb, 'the total length is below the header length');
  skb.tail = data + total;
  skb.networkHeader = data;
  skb.transportHeader = data + headerBytes;
  if (skb.trace !== null) skb.trace.detail(`IPv4 to ${formatIpv4(ipDestination(bytes, data))}, ${total} bytes`);
  return skb.dev.netns.hooks.preRouting.length > 0 ? nfPreRouting : ipRcvFinish;
});

function headerError(skb: SkBuff, text: string): Step {
  if (skb.trace !== null) skb.trace.because('protocol', text);
  return drop(skb, 'IP_INHDR');
}
