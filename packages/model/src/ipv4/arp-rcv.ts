import { ARPOP_REPLY, ARPOP_REQUEST, arpOperation, arpTargetIp, checkArp, isLoopback, isMulticast } from '@sluice/wire';
import { PACKET_OTHERHOST, type SkBuff } from '../skb/sk-buff.ts';
import { consumed, drop, type Step, step } from '../step.ts';
import { arpProcess } from './arp-process.ts';

/**
 * ARP's door: packets for others are passed over in silence; what is no ARP for IPv4 over Ethernet is dropped.
 * Kernel: net/ipv4/arp.c arp_rcv(), and the checks that begin arp_process(). Row D8.
 */
export const arpRcv: Step = step('arp_rcv', 'neighbour', 'D8', (skb: SkBuff): Step => {
  const { bytes, data } = skb;
  if (skb.dev.loopback || skb.pktType === PACKET_OTHERHOST) {
    if (skb.trace !== null) skb.trace.detail('not addressed to this device');
    return consumed;
  }
  const problem = checkArp(bytes, data, skb.tail);
  if (problem !== undefined) {
    if (skb.trace !== null) skb.trace.because('protocol', problem);
    return drop(skb, 'NOT_SPECIFIED');
  }
  const operation = arpOperation(bytes, data);
  const target = arpTargetIp(bytes, data);
  if (operation !== ARPOP_REPLY && operation !== ARPOP_REQUEST) return drop(skb, 'NOT_SPECIFIED');
  if (isMulticast(target) || (isLoopback(target) && skb.dev.inet.conf.route_localnet === 0))
    return drop(skb, 'NOT_SPECIFIED');
  return arpProcess;
});
