import { ETH_HLEN, formatIpv4, formatMac, ipDestination, isMulticast, writeEthernet } from '@sluice/wire';
import { devQueueXmit } from '../../core/dev-queue-xmit.ts';
import type { SkBuff } from '../../skb/sk-buff.ts';
import { type Step, step } from '../../step.ts';
import { neighEventSend, neighTouch } from './neigh-event-send.ts';
import { neighLookup } from './neigh-lookup.ts';

const BROADCAST = Uint8Array.of(255, 255, 255, 255, 255, 255);
const group = new Uint8Array(6);

/**
 * Puts the link-layer header in front, with the next hop's address from the neighbour table; while that is unknown the
 * packet waits. Kernel: net/core/neighbour.c neigh_resolve_output(), include/net/neighbour.h neigh_hh_output().
 * Row D8.
 */
export const neighOutput: Step = step('neigh_resolve_output', 'neighbour', 'D8', (skb: SkBuff): Step => {
  const { dev, dst } = skb;
  const destination = ipDestination(skb.bytes, skb.networkHeader);
  const gateway = skb.nextHop !== 0 ? skb.nextHop : dst === null ? 0 : dst.gateway;
  const nextHop = gateway !== 0 ? gateway : destination;
  let mac: Uint8Array;
  if (dev.loopback) mac = dev.devAddr;
  else if (dst?.group === true || destination === 0xffffffff) mac = BROADCAST;
  else if (isMulticast(destination)) mac = groupMac(destination);
  else {
    const neighbour = neighLookup(dev, nextHop);
    if (!neighbour.valid) return neighEventSend(neighbour, skb);
    neighTouch(neighbour);
    mac = neighbour.mac;
    if (skb.trace !== null)
      skb.trace.detail(`${formatIpv4(nextHop)} is at ${formatMac(mac)} (${neighbour.state}) on ${dev.name}`);
  }
  skb.push(ETH_HLEN);
  writeEthernet(skb.bytes, skb.data, mac, dev.devAddr, skb.protocol);
  skb.macHeader = skb.data;
  skb.macBytes = ETH_HLEN;
  skb.nextHop = 0;
  return devQueueXmit;
});

/** Spec: RFC 1112 §6.4. */
function groupMac(destination: number): Uint8Array {
  group.set([0x01, 0x00, 0x5e, (destination >>> 16) & 0x7f, (destination >>> 8) & 255, destination & 255]);
  return group;
}
