import { ETH_HLEN, ETH_P_IP, isMulticastMac } from '@sluice/wire';
import { ipRouteOutputSkb } from '../ipv4/ip-route-output-skb.ts';
import { neighOutput } from '../ipv4/neighbour/neigh-output.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { drop, type Step, step, undecidable } from '../step.ts';
import { devQueueXmit } from './dev-queue-xmit.ts';
import { ethTypeTrans } from './eth-type-trans.ts';
import type { NetDevice } from './net-device.ts';
import { netifReceiveSkbCore } from './netif-receive-skb-core.ts';
import { netifRx } from './netif-rx.ts';
import { skbScrubPacket } from './skb-scrub-packet.ts';

/** UAPI and internal redirect flags. Kernel: net/core/filter.c. */
export const BPF_F_INGRESS = 1;
export const BPF_F_NEIGH = 1 << 16;
export const BPF_F_PEER = 1 << 17;
export const BPF_F_NEXTHOP = 1 << 18;

/**
 * Does what bpf_redirect(), bpf_redirect_peer() or bpf_redirect_neigh() asked for: out of another device, into its
 * receive side, straight into the peer of a veth, or out with a link-layer header that the neighbour table makes.
 * Kernel: net/core/filter.c skb_do_redirect(). Row C5.
 */
export const skbDoRedirect: Step = step('skb_do_redirect', 'tc', 'C5', (skb: SkBuff): Step => {
  const { netns } = skb.dev;
  const info = netns.host.programs.redirect;
  const { ifindex, flags, nextHop } = info;
  info.clear();
  const dev = netns.deviceByIndex(ifindex);
  if (dev === undefined) {
    if (skb.trace !== null) skb.trace.because('configuration', `no device has ifindex ${ifindex}`);
    return drop(skb, 'NOT_SPECIFIED');
  }
  if (flags & BPF_F_PEER) return redirectPeer(skb, dev);
  if (flags & BPF_F_NEIGH) return redirectNeigh(skb, dev, flags & BPF_F_NEXTHOP ? nextHop : 0);
  if (skb.trace !== null) skb.trace.detail(flags & BPF_F_INGRESS ? `into ${dev.name}` : `out of ${dev.name}`);
  if (skb.trace !== null) skb.trace.verdict('redirect');
  if (skb.tcAtIngress) skb.push(skb.macBytes);
  skb.redirected = true;
  if (flags & BPF_F_INGRESS) {
    skbScrubPacket(skb, false);
    skb.dev = dev;
    ethTypeTrans(skb);
    return netifRx;
  }
  skb.dev = dev;
  return devQueueXmit;
});

function redirectPeer(skb: SkBuff, dev: NetDevice): Step {
  const { peer } = dev;
  if (!skb.tcAtIngress || peer === null || !peer.up || peer.netns === skb.dev.netns) {
    if (skb.trace !== null)
      skb.trace.because('configuration', `bpf_redirect_peer: ${dev.name} has no peer in another namespace`);
    return drop(skb, 'NOT_SPECIFIED');
  }
  if (skb.trace !== null) {
    skb.trace.verdict('redirect');
    skb.trace.detail(`straight to ${peer.name} in ${peer.netns.name || 'the host'}, past the backlog`);
  }
  peer.stats.rxPackets++;
  peer.stats.rxBytes += skb.len + skb.macBytes;
  skb.dev = peer;
  skbScrubPacket(skb, false);
  return netifReceiveSkbCore;
}

/** The old link-layer header goes; the neighbour table makes a new one. */
function redirectNeigh(skb: SkBuff, dev: NetDevice, nextHop: number): Step {
  const mac = skb.tcAtIngress ? skb.data - skb.macBytes : skb.data;
  if (isMulticastMac(skb.bytes, mac)) return drop(skb, 'NOT_SPECIFIED');
  if (skb.protocol !== ETH_P_IP) return undecidable(skb, 'bpf_redirect_neigh() for a packet that is not IPv4');
  if (!skb.tcAtIngress) skb.pull(ETH_HLEN);
  skb.networkHeader = skb.data;
  skb.macHeader = 0;
  skb.dev = dev;
  if (skb.trace !== null) skb.trace.verdict('redirect');
  if (nextHop !== 0) {
    skb.nextHop = nextHop;
    if (skb.trace !== null) skb.trace.detail(`out of ${dev.name}, next hop named by the program`);
    return neighOutput;
  }
  return ipRouteOutputSkb(skb, dev);
}
