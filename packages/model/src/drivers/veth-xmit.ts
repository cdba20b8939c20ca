import { ETH_HLEN } from '@sluice/wire';
import { ethTypeTrans } from '../core/eth-type-trans.ts';
import { napiSchedule } from '../core/napi-schedule.ts';
import { netifRx } from '../core/netif-rx.ts';
import { skbScrubPacket } from '../core/skb-scrub-packet.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { drop, queued, type Step, step } from '../step.ts';
import type { Veth } from './veth.ts';

/** Kernel: VETH_RING_SIZE. */
const VETH_RING_SIZE = 256;

/**
 * Sends to the other end: counts, forgets what belongs to the sender's namespace, and puts the packet into the peer's
 * backlog, or into its ring where the peer runs XDP. Kernel: drivers/net/veth.c veth_xmit(), veth_forward_skb(),
 * net/core/dev.c __dev_forward_skb(). Row H2.
 */
export const vethXmit: Step = step('veth_xmit', 'driver', 'H2', (skb: SkBuff): Step => {
  const dev = skb.dev as Veth;
  const { peer } = dev;
  if (peer === null) return drop(skb, 'DEV_READY');
  const bytes = skb.len;
  if (bytes - 14 > peer.mtu && skb.gsoBytes === 0) {
    dev.stats.txDropped++;
    if (skb.trace !== null)
      skb.trace.because('configuration', `${bytes - 14} bytes exceed the mtu ${peer.mtu} of ${peer.name}`);
    return drop(skb, 'PKT_TOO_BIG');
  }
  // Into the ring goes a packet whose link-layer header has been taken off, and is counted so.
  countVeth(dev, peer, peer.xdpNative === null ? bytes : bytes - ETH_HLEN);
  skbScrubPacket(skb, peer.netns !== dev.netns);
  skb.priority = 0;
  skb.dev = peer;
  if (skb.trace !== null) skb.trace.detail(`to ${peer.name}${peer.netns.name === '' ? '' : ` in ${peer.netns.name}`}`);
  if (peer.xdpNative !== null) return vethXdpRing;
  ethTypeTrans(skb);
  return netifRx;
});

/** A packet has crossed from one end to the other. */
export function countVeth(from: Veth, to: Veth, bytes: number): void {
  from.stats.txPackets++;
  from.stats.txBytes += bytes;
  to.stats.rxPackets++;
  to.stats.rxBytes += bytes;
}

/** Into the ring that the peer's XDP program is fed from. Kernel: veth_xdp_rx(). */
export const vethXdpRing: Step = step('veth_xdp_rx', 'driver', 'H2', (skb: SkBuff): Step => {
  const dev = skb.dev as Veth;
  if (dev.xdpRing.length >= VETH_RING_SIZE) {
    dev.stats.rxDropped++;
    return drop(skb, 'FULL_RING');
  }
  dev.xdpRing.push(skb);
  napiSchedule(dev.napi);
  return queued;
});
