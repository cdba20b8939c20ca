import { ETH_P_IP, formatIpv4, ipDestination, ipSource, ipTos } from '@sluice/wire';
import { PACKET_BROADCAST, PACKET_MULTICAST, type SkBuff } from '../skb/sk-buff.ts';
import { drop, type Step, step } from '../step.ts';
import { formatRoute, tableName } from './fib/fib-alias.ts';
import { inputRoute, ipRouteInputNoref } from './ip-route-input-noref.ts';

/**
 * Where a received packet goes: to this host, on to another, or nowhere. Martians end here; so does what reverse-path
 * filtering refuses (IP_RPFILTER). Kernel: net/ipv4/route.c ip_route_input_noref(), as ip_rcv_finish_core() calls it.
 * Row D1.
 */
export const ipRouteInput: Step = step('ip_route_input_slow', 'route', 'D1', (skb: SkBuff): Step => {
  const { bytes, networkHeader: at } = skb;
  const destination = ipDestination(bytes, at);
  const source = ipSource(bytes, at);
  const error = ipRouteInputNoref(skb, destination, source, ipTos(bytes, at), skb.dev, ETH_P_IP);
  if (error !== 0) {
    if (skb.trace !== null) skb.trace.because(inputRoute.kind, inputRoute.because);
    return drop(skb, inputRoute.reverse ? 'IP_RPFILTER' : 'NOT_SPECIFIED');
  }
  const dst = skb.dst!;
  if (skb.trace !== null) tellRoute(skb, destination);
  const multicastFrame = skb.pktType === PACKET_BROADCAST || skb.pktType === PACKET_MULTICAST;
  if (multicastFrame && !dst.group && skb.dev.inet.conf.drop_unicast_in_l2_multicast !== 0) {
    return drop(skb, 'UNICAST_IN_L2_MULTICAST');
  }
  return dst.input;
});

function tellRoute(skb: SkBuff, destination: number): void {
  const { alias, type } = skb.dst!;
  const to = formatIpv4(destination);
  if (alias === undefined) skb.trace!.detail(`${to}: ${inputRoute.because || type}`);
  else skb.trace!.detail(`${to}: ${formatRoute(alias)} (table ${tableName(alias.table)})`);
}
