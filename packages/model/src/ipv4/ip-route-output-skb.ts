import { ETH_HLEN, formatIpv4, ipDestination, ipSource, writeEthernet } from '@sluice/wire';
import { devQueueXmit } from '../core/dev-queue-xmit.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { drop, type Step } from '../step.ts';
import { ipRouteOutput } from './ip-route-output.ts';
import { neighOutput } from './neighbour/neigh-output.ts';
import { OutputFlow } from './output-flow.ts';

const flow = new OutputFlow();
const NO_ADDRESS = new Uint8Array(6);

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
  if (dst.type !== 'local') return neighOutput;
  // The neighbour is one of loopback, and its header is of zeros; the packet leaves by `dev` all the same.
  skb.push(ETH_HLEN);
  writeEthernet(bytes, skb.data, NO_ADDRESS, NO_ADDRESS, skb.protocol);
  skb.macHeader = skb.data;
  skb.macBytes = ETH_HLEN;
  return devQueueXmit;
}
