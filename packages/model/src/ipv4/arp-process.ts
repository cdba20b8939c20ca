import {
  ARPOP_REPLY,
  ARPOP_REQUEST,
  arpOperation,
  arpSenderIp,
  arpSenderMac,
  arpTargetIp,
  ETH_P_ARP,
  formatIpv4,
} from '@sluice/wire';
import { PACKET_HOST, type SkBuff } from '../skb/sk-buff.ts';
import { consumed, type Step, step } from '../step.ts';
import { ipRouteInputNoref } from './ip-route-input-noref.ts';
import { arpSend } from './neighbour/arp-send.ts';
import { neighLookup } from './neighbour/neigh-lookup.ts';
import { neighUpdate } from './neighbour/neigh-update.ts';

const sender = new Uint8Array(6);

/**
 * Answers a question about an address of ours, and learns: from a question to us always, from anything else where the
 * sender is known already. Kernel: net/ipv4/arp.c arp_process(). We depart: no proxy ARP for routes, no arp_filter, and
 * arp_ignore above 1 counts as 1. Row D8.
 */
export const arpProcess: Step = step('arp_process', 'neighbour', 'D8', (skb: SkBuff): Step => {
  const { bytes, data, dev } = skb;
  const operation = arpOperation(bytes, data);
  const from = arpSenderIp(bytes, data);
  const target = arpTargetIp(bytes, data);
  const macAt = arpSenderMac(data);
  for (let i = 0; i < 6; i++) sender[i] = bytes[macAt + i]!;
  if (operation === ARPOP_REQUEST && isOurs(skb, from, target)) {
    if (from !== 0) neighUpdate(neighLookup(dev, from), sender, 0, 'stale');
    arpSend(dev, ARPOP_REPLY, target, from, sender, sender);
    if (skb.trace !== null)
      skb.trace.detail(`${formatIpv4(target)} is ours: answered, and ${formatIpv4(from)} learned`);
    return consumed;
  }
  const known = dev.inet.neighbours.get(from | 0);
  if (known !== undefined && from !== 0) {
    neighUpdate(known, sender, 0, operation === ARPOP_REPLY && skb.pktType === PACKET_HOST ? 'reachable' : 'stale');
    if (skb.trace !== null) skb.trace.detail(`${formatIpv4(from)} learned`);
  } else if (skb.trace !== null) skb.trace.detail(`${formatIpv4(target)} is not ours: nothing to do`);
  return consumed;
});

/** Whether the address asked for is local here, on this device where arp_ignore says so. */
function isOurs(skb: SkBuff, from: number, target: number): boolean {
  const { dev } = skb;
  if (from === 0) return dev.netns.isLocalAddress(target);
  if (ipRouteInputNoref(skb, target, from, 0, dev, ETH_P_ARP) !== 0) return false;
  const local = skb.dst?.type === 'local';
  skb.dst = null;
  return local && (dev.inet.conf.arp_ignore === 0 || dev.inet.addresses.some((a) => a.local === target));
}
