import { formatMac, parseMac } from '@sluice/wire';
import {
  type Attribute,
  Attributes,
  bytesAttribute,
  encodeAttributes,
  stringAttribute,
  u32Attribute,
} from '../attribute.ts';
import type { NetlinkMessage } from '../message.ts';
import { NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL } from '../message.ts';
import type { LinkKind } from './link-kind.ts';
import { linkKindAttributes } from './link-kind.ts';
import { body, type Request, RTM_DELLINK, RTM_GETLINK, RTM_NEWLINK, RTM_SETLINK } from './types.ts';

/** A network device as the kernel lists it. */
export interface Link {
  readonly ifindex: number;
  readonly name: string;
  readonly flags: number;
  readonly mtu: number;
  /** Absent where the device has no Ethernet address. */
  readonly mac?: string;
  /** `veth`, `bridge`, `vxlan`, …; absent for physical devices and loopback. */
  readonly kind?: string;
  /** Interface index of the bridge or bond it belongs to. */
  readonly master?: number;
  /** The other end of a veth pair, or the device below. */
  readonly peerIfindex?: number;
  readonly statistics?: LinkStatistics;
  /** Carrier is there and everything below is up (RFC 2863 ifOperStatus up). */
  readonly operational: boolean;
}

export interface LinkStatistics {
  readonly rxPackets: bigint;
  readonly txPackets: bigint;
  readonly rxBytes: bigint;
  readonly txBytes: bigint;
  readonly rxErrors: bigint;
  readonly txErrors: bigint;
  readonly rxDropped: bigint;
  readonly txDropped: bigint;
}

export const IFF_UP = 1;

const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFLA_LINK = 5;
const IFLA_MASTER = 10;
const IFLA_OPERSTATE = 16;
const IFLA_LINKINFO = 18;
const IFLA_STATS64 = 23;
const IFLA_NET_NS_FD = 28;
const IFLA_INFO_KIND = 1;
const IFINFO_BYTES = 16;
const IF_OPER_UP = 6;

/** struct ifinfomsg. `change` says which bits of `flags` are meant. */
export function ifinfo(ifindex = 0, flags = 0, change = 0): Uint8Array {
  const head = new Uint8Array(IFINFO_BYTES);
  const view = new DataView(head.buffer);
  view.setInt32(4, ifindex, true);
  view.setUint32(8, flags, true);
  view.setUint32(12, change, true);
  return head;
}

export interface NewLink {
  readonly name: string;
  readonly kind: LinkKind;
  readonly mac?: string;
  readonly mtu?: number;
}

/** Makes a device. */
export function newLink(link: NewLink): Request {
  const attributes: Attribute[] = [stringAttribute(IFLA_IFNAME, link.name), ...linkAttributes(link)];
  attributes.push(...linkKindAttributes(link.kind, (peer) => body(ifinfo(), encodeAttributes(peerAttributes(peer)))));
  const flags = NLM_F_CREATE | NLM_F_EXCL;
  return {
    name: `add ${link.kind.kind} ${link.name}`,
    type: RTM_NEWLINK,
    flags,
    body: body(ifinfo(), encodeAttributes(attributes)),
  };
}

function peerAttributes(peer: { name: string; mac?: string; netnsFd?: number }): Attribute[] {
  const attributes = [stringAttribute(IFLA_IFNAME, peer.name), ...linkAttributes(peer)];
  if (peer.netnsFd !== undefined) attributes.push(u32Attribute(IFLA_NET_NS_FD, peer.netnsFd));
  return attributes;
}

function linkAttributes({ mac, mtu }: { mac?: string; mtu?: number }): Attribute[] {
  const attributes: Attribute[] = [];
  const bytes = mac === undefined ? undefined : parseMac(mac);
  if (bytes) attributes.push(bytesAttribute(IFLA_ADDRESS, bytes));
  if (mtu !== undefined) attributes.push(u32Attribute(IFLA_MTU, mtu));
  return attributes;
}

export interface LinkChange {
  readonly up?: boolean;
  readonly mtu?: number;
  readonly mac?: string;
  readonly name?: string;
  /** 0 takes it out of its bridge. */
  readonly master?: number;
  /** Moves it to the namespace that this file descriptor stands for. */
  readonly netnsFd?: number;
}

/** Changes a device. */
export function setLink(ifindex: number, change: LinkChange): Request {
  const attributes = linkAttributes(change);
  if (change.name !== undefined) attributes.push(stringAttribute(IFLA_IFNAME, change.name));
  if (change.master !== undefined) attributes.push(u32Attribute(IFLA_MASTER, change.master));
  if (change.netnsFd !== undefined) attributes.push(u32Attribute(IFLA_NET_NS_FD, change.netnsFd));
  const head = ifinfo(ifindex, change.up ? IFF_UP : 0, change.up === undefined ? 0 : IFF_UP);
  return {
    name: `change device ${ifindex}`,
    type: RTM_SETLINK,
    flags: 0,
    body: body(head, encodeAttributes(attributes)),
  };
}

export function deleteLink(ifindex: number): Request {
  return { name: `delete device ${ifindex}`, type: RTM_DELLINK, flags: 0, body: ifinfo(ifindex) };
}

/** All devices of the namespace. */
export function listLinks(): Request {
  return { name: 'list devices', type: RTM_GETLINK, flags: NLM_F_DUMP, body: ifinfo() };
}

/** Reads an RTM_NEWLINK message; undefined for any other. */
export function readLink({ type, body: bytes }: NetlinkMessage): Link | undefined {
  if (type !== RTM_NEWLINK || bytes.length < IFINFO_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const attributes = new Attributes(bytes, IFINFO_BYTES);
  const address = attributes.bytes(IFLA_ADDRESS);
  const kind = attributes.nested(IFLA_LINKINFO)?.string(IFLA_INFO_KIND);
  const master = attributes.u32(IFLA_MASTER);
  const peerIfindex = attributes.u32(IFLA_LINK);
  const statistics = readStatistics(attributes.bytes(IFLA_STATS64));
  return {
    ifindex: view.getInt32(4, true),
    name: attributes.string(IFLA_IFNAME) ?? '',
    flags: view.getUint32(8, true),
    mtu: attributes.u32(IFLA_MTU) ?? 0,
    operational: attributes.u8(IFLA_OPERSTATE) === IF_OPER_UP,
    ...(address?.length === 6 ? { mac: formatMac(address) } : {}),
    ...(kind ? { kind } : {}),
    ...(master !== undefined ? { master } : {}),
    ...(peerIfindex !== undefined ? { peerIfindex } : {}),
    ...(statistics ? { statistics } : {}),
  };
}

/** struct rtnl_link_stats64, its first eight counters. */
function readStatistics(bytes: Uint8Array | undefined): LinkStatistics | undefined {
  if (!bytes || bytes.length < 64) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const counter = (index: number): bigint => view.getBigUint64(index * 8, true);
  return {
    rxPackets: counter(0),
    txPackets: counter(1),
    rxBytes: counter(2),
    txBytes: counter(3),
    rxErrors: counter(4),
    txErrors: counter(5),
    rxDropped: counter(6),
    txDropped: counter(7),
  };
}
