import { type Attribute, Attributes, be32Attribute, encodeAttributes, u32Attribute } from '../attribute.ts';
import { type NetlinkMessage, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL } from '../message.ts';
import { AF_INET, body, type Request, RTM_DELROUTE, RTM_GETROUTE, RTM_NEWROUTE } from './types.ts';

/** Kinds of routes. Kernel: include/uapi/linux/rtnetlink.h enum rtn_type. */
export const RTN = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
} as const;
export type RouteType = keyof typeof RTN;

export const RT_SCOPE = { global: 0, link: 253, host: 254 } as const;
export const RT_TABLE = { default: 253, main: 254, local: 255 } as const;

/** An IPv4 route. Addresses are unsigned 32-bit numbers. */
export interface RouteEntry {
  readonly destination: number;
  readonly prefixLength: number;
  readonly type: RouteType;
  readonly table: number;
  readonly scope: number;
  readonly protocol: number;
  readonly gateway?: number;
  readonly ifindex?: number;
  readonly source?: number;
  readonly metric?: number;
}

const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;
const RTA_PREFSRC = 7;
const RTA_TABLE = 15;
const RTMSG_BYTES = 12;
/** Routes that an administrator or a daemon of theirs made. */
export const RTPROT_STATIC = 4;

/** struct rtmsg and the route's attributes. */
function encode(route: RouteEntry): Uint8Array {
  const table = route.table < 256 ? route.table : 0;
  const head = Uint8Array.of(
    AF_INET,
    route.prefixLength,
    0,
    0,
    table,
    route.protocol,
    route.scope,
    RTN[route.type],
    0,
    0,
    0,
    0,
  );
  const attributes: Attribute[] = [u32Attribute(RTA_TABLE, route.table)];
  if (route.prefixLength > 0) attributes.push(be32Attribute(RTA_DST, route.destination));
  if (route.gateway !== undefined) attributes.push(be32Attribute(RTA_GATEWAY, route.gateway));
  if (route.ifindex !== undefined) attributes.push(u32Attribute(RTA_OIF, route.ifindex));
  if (route.source !== undefined) attributes.push(be32Attribute(RTA_PREFSRC, route.source));
  if (route.metric !== undefined) attributes.push(u32Attribute(RTA_PRIORITY, route.metric));
  return body(head, encodeAttributes(attributes));
}

export const newRoute = (route: RouteEntry): Request => ({
  name: 'add route',
  type: RTM_NEWROUTE,
  flags: NLM_F_CREATE | NLM_F_EXCL,
  body: encode(route),
});

export const deleteRoute = (route: RouteEntry): Request => ({
  name: 'delete route',
  type: RTM_DELROUTE,
  flags: 0,
  body: encode(route),
});

/** All IPv4 routes of all tables of the namespace. */
export function listRoutes(): Request {
  const head = new Uint8Array(RTMSG_BYTES);
  head[0] = AF_INET;
  return { name: 'list routes', type: RTM_GETROUTE, flags: NLM_F_DUMP, body: head };
}

/** Reads an RTM_NEWROUTE message of IPv4; undefined for any other. */
export function readRoute({ type, body: bytes }: NetlinkMessage): RouteEntry | undefined {
  if (type !== RTM_NEWROUTE || bytes.length < RTMSG_BYTES || bytes[0] !== AF_INET) return undefined;
  const attributes = new Attributes(bytes, RTMSG_BYTES);
  const kind = (Object.keys(RTN) as RouteType[]).find((name) => RTN[name] === bytes[7]);
  if (!kind) return undefined;
  const optional = {
    gateway: attributes.be32(RTA_GATEWAY),
    ifindex: attributes.u32(RTA_OIF),
    source: attributes.be32(RTA_PREFSRC),
    metric: attributes.u32(RTA_PRIORITY),
  };
  return {
    destination: attributes.be32(RTA_DST) ?? 0,
    prefixLength: bytes[1] ?? 0,
    type: kind,
    table: attributes.u32(RTA_TABLE) ?? bytes[4] ?? 0,
    scope: bytes[6] ?? 0,
    protocol: bytes[5] ?? 0,
    ...definedOnly(optional),
  };
}

function definedOnly<T extends object>(record: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as never;
}
