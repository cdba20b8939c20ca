import type { BecauseKind } from '@sluice/engine';
import { ETH_P_IP, formatIpv4, isLimitedBroadcast, isLoopback, isMulticast, isZeronet } from '@sluice/wire';
import type { NetDevice } from '../core/net-device.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import type { Dst } from './dst.ts';
import type { FibAlias } from './fib/fib-alias.ts';
import { formatRoute } from './fib/fib-alias.ts';
import { Flow } from './fib/fib-rules.ts';
import { fibValidateSource } from './fib-validate-source.ts';
import { ipError } from './ip-error.ts';
import { ipForward } from './ip-forward.ts';
import { ipLocalDeliver } from './ip-local-deliver.ts';

/** What the last decision was made of, for those who explain it. */
export const inputRoute: { kind: BecauseKind; because: string; reverse: boolean } = {
  kind: 'route',
  because: '',
  reverse: false,
};

/** 224.0.0.1. */
const INADDR_ALLHOSTS_GROUP = 0xe0000001;

const flow = new Flow();

/**
 * Decides on a packet from `source` to `destination` that came in by `dev`, and sets `skb.dst`. Returns 0, or 1 where
 * the packet must not go on: a martian, or refused by the reverse-path filter (`inputRoute.reverse`).
 * Kernel: net/ipv4/route.c ip_route_input_slow(), ip_route_input_mc(). We depart: sockets cannot join groups, and groups
 * are not routed; 224.0.0.1, which every host is in, is all there is.
 */
export function ipRouteInputNoref(
  skb: SkBuff,
  destination: number,
  source: number,
  _tos: number,
  dev: NetDevice,
  protocol: number,
): number {
  const { netns, inet } = dev;
  inputRoute.reverse = false;
  inputRoute.because = '';
  if (isMulticast(source) || isLimitedBroadcast(source)) return martian('source', source);
  if (isMulticast(destination)) return multicastInput(skb, destination, source, dev, protocol);
  if (isLimitedBroadcast(destination) || (source === 0 && destination === 0))
    return broadcastInput(skb, undefined, source, dev, protocol);
  if (isZeronet(source)) return martian('source', source);
  if (isZeronet(destination)) return martian('destination', destination);
  const localnet = dev.loopback || inet.conf.route_localnet !== 0 || netns.sysctls.confAll.route_localnet !== 0;
  if (!localnet && isLoopback(destination)) return martian('destination', destination);
  if (!localnet && isLoopback(source)) return martian('source', source);

  flow.destination = destination;
  flow.source = source;
  flow.mark = skb.mark;
  flow.iif = dev.name;
  flow.oif = '';
  flow.oifIndex = 0;
  const route = netns.fib.lookup(flow);
  const forwarding = inet.conf.forwarding !== 0;
  if (route === undefined) return noRoute(skb, destination, dev, forwarding ? netns.fib.error : 'EHOSTUNREACH');
  if (route.type === 'broadcast') return broadcastInput(skb, route, source, dev, protocol);
  if (route.type === 'local') {
    const valid = fibValidateSource(skb, source, destination, dev, 0);
    if (valid !== 0) return refused(valid, source, dev);
    route.input ??= localDst(dev, route);
    skb.dst = route.input;
    return 0;
  }
  if (!forwarding) return noRoute(skb, destination, dev, 'EHOSTUNREACH');
  if (route.type !== 'unicast' || route.dev === undefined) return martian('destination', destination);
  const valid = fibValidateSource(skb, source, destination, dev, route.dev.ifindex);
  if (valid !== 0) return refused(valid, source, dev);
  route.input ??= forwardDst(route);
  skb.dst = route.input;
  return 0;
}

/** To a group: ours if it is that of all hosts. Kernel: ip_route_input_mc(), ip_mc_validate_source(). */
function multicastInput(skb: SkBuff, destination: number, source: number, dev: NetDevice, protocol: number): number {
  if (destination !== INADDR_ALLHOSTS_GROUP || protocol !== ETH_P_IP) {
    inputRoute.kind = 'route';
    inputRoute.because = `nobody here has joined the group ${formatIpv4(destination)}`;
    return 1;
  }
  if (isLoopback(source) && dev.inet.conf.route_localnet === 0) return martian('source', source);
  const valid = isZeronet(source) ? 0 : fibValidateSource(skb, source, 0, dev, 0);
  if (valid !== 0) return refused(valid, source, dev);
  const { loopback } = dev.netns;
  skb.dst = {
    type: 'multicast',
    dev: loopback,
    gateway: 0,
    input: ipLocalDeliver,
    error: undefined,
    group: true,
    alias: undefined,
  };
  return 0;
}

function broadcastInput(
  skb: SkBuff,
  route: FibAlias | undefined,
  source: number,
  dev: NetDevice,
  protocol: number,
): number {
  if (protocol !== ETH_P_IP) return martian('destination', 0xffffffff);
  if (!isZeronet(source)) {
    const valid = fibValidateSource(skb, source, 0, dev, 0);
    if (valid !== 0) return refused(valid, source, dev);
  }
  skb.dst = { type: 'broadcast', dev, gateway: 0, input: ipLocalDeliver, error: undefined, group: true, alias: route };
  return 0;
}

function noRoute(skb: SkBuff, destination: number, dev: NetDevice, error: NonNullable<Dst['error']>): number {
  skb.dst = dev.netns.errorDst(dev, error, ipError);
  if (skb.trace !== null) {
    const { errorRoute } = dev.netns.fib;
    inputRoute.because =
      dev.inet.conf.forwarding === 0
        ? `${formatIpv4(destination)} is no address of this namespace, and net.ipv4.ip_forward is 0`
        : errorRoute
          ? formatRoute(errorRoute)
          : `no route to ${formatIpv4(destination)}`;
    skb.trace.because('route', inputRoute.because);
  }
  return 0;
}

function martian(what: 'source' | 'destination', address: number): number {
  inputRoute.kind = 'route';
  inputRoute.because = `martian ${what}: ${formatIpv4(address)} must not appear there`;
  return 1;
}

function refused(valid: number, source: number, dev: NetDevice): number {
  inputRoute.reverse = valid === 2;
  inputRoute.kind = valid === 2 ? 'configuration' : 'route';
  inputRoute.because =
    valid === 2
      ? `rp_filter on ${dev.name}: the way back to ${formatIpv4(source)} does not leave by it`
      : `martian source: ${formatIpv4(source)} is an address of this namespace`;
  return 1;
}

const localDst = (dev: NetDevice, alias: FibAlias): Dst => ({
  type: 'local',
  dev,
  gateway: 0,
  input: ipLocalDeliver,
  error: undefined,
  group: false,
  alias,
});

const forwardDst = (alias: FibAlias): Dst => ({
  type: 'unicast',
  dev: alias.dev!,
  gateway: alias.gateway,
  input: ipForward,
  error: undefined,
  group: false,
  alias,
});
