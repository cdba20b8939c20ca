import { formatIpv4, ipDestination, ipSource } from '@sluice/wire';
import type { NetDevice } from '../core/net-device.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { drop, type Step } from '../step.ts';
import { ipRouteOutput } from './ip-route-output.ts';
import { neighOutput } from './neighbour/neigh-output.ts';
import { OutputFlow } from './output-flow.ts';

const flow = new OutputFlow();

/**
 * Routes a packet that a program sends out of `dev` by bpf_redirect_neigh(), from whatever source it has.
 * Kernel: net/core/filter.c __bpf_redirect_neigh_v4().
 */
export function ipRouteOutputSkb(skb: SkBuff, dev: NetDevice): Step {
  const { bytes, networkHeader: at } = skb;
  flow.set(ipDestination(bytes, at), ipSource(bytes, at), skb.mark);
  flow.oifIndex = dev.ifindex;
  flow.anySource = true;
  const dst = ipRouteOutput(dev.netns, flow);
  if (dst === undefined || (dst.type !== 'unicast' && dst.type !== 'local')) {
    dev.stats.txDropped++;
    if (skb.trace !== null)
      skb.trace.because('route', `no route to ${formatIpv4(flow.destination)} out of ${dev.name}`);
    return drop(skb, 'NOT_SPECIFIED');
  }
  skb.dst = dst;
  return neighOutput;
}
