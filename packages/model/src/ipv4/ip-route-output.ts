import { isLimitedBroadcast, isMulticast } from '@sluice/wire';
import type { NetDevice } from '../core/net-device.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import type { Dst } from './dst.ts';
import type { FibAlias } from './fib/fib-alias.ts';
import { Flow } from './fib/fib-rules.ts';
import { inetSelectAddr } from './in-device.ts';
import { ipError } from './ip-error.ts';
import { ipLocalDeliver } from './ip-local-deliver.ts';
import type { OutputFlow } from './output-flow.ts';
import { RT_SCOPE_HOST, RT_SCOPE_LINK, RT_SCOPE_UNIVERSE } from './scopes.ts';

const key = new Flow();

/**
 * The way out for a flow; its source address is chosen where it is 0. Undefined, with `flow.error`, where there is none.
 * Kernel: net/ipv4/route.c ip_route_output_key_hash_rcu(). Row D4.
 */
export function ipRouteOutput(netns: NetNamespace, flow: OutputFlow): Dst | undefined {
  if (flow.source !== 0 && !flow.anySource && !netns.isLocalAddress(flow.source)) {
    flow.error = 'EINVAL';
    return undefined;
  }
  if (flow.destination === 0) {
    flow.destination = flow.source === 0 ? 0x7f000001 : flow.source;
    flow.source = flow.destination;
    return toSelf(netns, undefined);
  }
  if (flow.oifIndex !== 0 && (isLimitedBroadcast(flow.destination) || isMulticast(flow.destination)))
    return groupRoute(netns, flow);
  if ((isLimitedBroadcast(flow.destination) || isMulticast(flow.destination)) && flow.source !== 0) {
    const dev = netns.deviceOfAddress(flow.source);
    if (dev !== undefined) flow.oifIndex = dev.ifindex;
    return groupRoute(netns, flow);
  }
  key.destination = flow.destination;
  key.source = flow.source;
  key.mark = flow.mark;
  key.iif = 'lo';
  key.oifIndex = flow.oifIndex;
  key.oif = flow.oifIndex === 0 ? '' : (netns.deviceByIndex(flow.oifIndex)?.name ?? '');
  const route = netns.fib.lookup(key);
  if (route === undefined) {
    flow.error = netns.fib.error;
    return flow.oifIndex === 0 ? undefined : onLink(netns, flow);
  }
  if (route.type === 'local') return localRoute(netns, flow, route);
  if (flow.source === 0) flow.source = sourceFor(route, route.dev!);
  if (isLimitedBroadcast(flow.destination) || isMulticast(flow.destination)) return toGroup(flow, route.dev!);
  route.output ??= outputDst(route);
  return route.output;
}

/** Where a device was asked for and no route leads out of it, the destination is believed to be on its link. */
function onLink(netns: NetNamespace, flow: OutputFlow): Dst | undefined {
  const dev = netns.deviceByIndex(flow.oifIndex);
  if (dev === undefined) return undefined;
  if (flow.source === 0) flow.source = inetSelectAddr(dev, 0, RT_SCOPE_LINK);
  return { type: 'unicast', dev, gateway: 0, input: ipError, error: undefined, group: false, alias: undefined };
}

/** To ourselves: out of `lo`, and from there to local delivery. */
function localRoute(netns: NetNamespace, flow: OutputFlow, route: FibAlias): Dst {
  if (flow.source === 0) flow.source = route.source !== 0 ? route.source : flow.destination;
  route.output ??= toSelf(netns, route);
  return route.output;
}

const toSelf = (netns: NetNamespace, alias: FibAlias | undefined): Dst => ({
  type: 'local',
  dev: netns.loopback,
  gateway: 0,
  input: ipLocalDeliver,
  error: undefined,
  group: false,
  alias,
});

function groupRoute(netns: NetNamespace, flow: OutputFlow): Dst | undefined {
  const dev = netns.deviceByIndex(flow.oifIndex);
  if (dev === undefined) {
    flow.error = 'ENETUNREACH';
    return undefined;
  }
  if (flow.source === 0) flow.source = inetSelectAddr(dev, 0, RT_SCOPE_LINK);
  return toGroup(flow, dev);
}

/** A group is on the link, whatever the route says of gateways. Kernel: __mkroute_output(). */
function toGroup(flow: OutputFlow, dev: NetDevice): Dst {
  const type = isMulticast(flow.destination) ? 'multicast' : 'broadcast';
  return { type, dev, gateway: 0, input: ipError, error: undefined, group: true, alias: undefined };
}

/** Kernel: fib_result_prefsrc(). */
function sourceFor(route: FibAlias, dev: NetDevice): number {
  if (route.source !== 0) return route.source;
  return inetSelectAddr(
    dev,
    route.via,
    route.scope === RT_SCOPE_HOST ? RT_SCOPE_HOST : route.via !== 0 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
  );
}

const outputDst = (route: FibAlias): Dst => ({
  type: route.type === 'broadcast' ? 'broadcast' : 'unicast',
  dev: route.dev!,
  gateway: route.gateway,
  input: ipError,
  error: undefined,
  group: route.type === 'broadcast',
  alias: route,
});
