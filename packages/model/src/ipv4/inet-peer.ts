import type { NetNamespace } from '../kernel/net-namespace.ts';
import { MS, SECOND } from '../time/clock.ts';

/** Errors to one peer that may go out at once before the rate counts. Kernel: XRLIM_BURST_FACTOR. */
const XRLIM_BURST_FACTOR = 6;
/** Kernel: ip_rt_error_cost, ip_rt_error_burst. */
const ROUTE_ERROR_COST_NS = SECOND;
const ROUTE_ERROR_BURST_NS = 5 * SECOND;

/** What is remembered of a host that we send ICMP errors to: a bucket of time. Kernel: struct inet_peer. */
export interface InetPeer {
  tokensNs: number;
  lastNs: number;
}

/** The peer at `address`, made where it is new; a new one has its burst to spend. Kernel: inet_getpeer_v4(). */
function inetGetpeer(netns: NetNamespace, address: number): InetPeer {
  let peer = netns.peers.get(address | 0);
  if (peer === undefined) {
    peer = { tokensNs: 0, lastNs: netns.host.machine.clock.nowNs - 60 * SECOND };
    netns.peers.set(address | 0, peer);
  }
  return peer;
}

/**
 * Whether another ICMP error may go to `address`: one per `net.ipv4.icmp_ratelimit` milliseconds, six at once.
 * Kernel: net/ipv4/inetpeer.c inet_peer_xrlim_allow().
 */
export function inetPeerXrlimAllow(netns: NetNamespace, address: number): boolean {
  const costNs = netns.sysctls.value('net.ipv4.icmp_ratelimit') * MS;
  return spend(netns, address, costNs, XRLIM_BURST_FACTOR * costNs);
}

/** Whether another "unreachable" may go to `address`. Kernel: the bucket in net/ipv4/route.c ip_error(). */
export const routeErrorAllow = (netns: NetNamespace, address: number): boolean =>
  spend(netns, address, ROUTE_ERROR_COST_NS, ROUTE_ERROR_BURST_NS);

function spend(netns: NetNamespace, address: number, costNs: number, burstNs: number): boolean {
  const peer = inetGetpeer(netns, address);
  const { nowNs } = netns.host.machine.clock;
  peer.tokensNs = Math.min(burstNs, peer.tokensNs + nowNs - peer.lastNs);
  peer.lastNs = nowNs;
  if (peer.tokensNs < costNs) return false;
  peer.tokensNs -= costNs;
  return true;
}
