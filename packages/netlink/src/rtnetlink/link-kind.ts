import {
  type Attribute,
  be16Attribute,
  be32Attribute,
  bytesAttribute,
  nestedAttribute,
  stringAttribute,
  u8Attribute,
  u32Attribute,
} from '../attribute.ts';

/** The kinds of devices Sluice makes, with what is theirs alone. Addresses are unsigned 32-bit numbers. */
export type LinkKind =
  | {
      readonly kind: 'veth';
      readonly peer: { readonly name: string; readonly mac?: string; readonly netnsFd?: number };
    }
  | { readonly kind: 'bridge'; readonly multicastSnooping?: boolean }
  | { readonly kind: 'macvlan'; readonly lower: number; readonly mode: 'private' | 'vepa' | 'bridge' | 'passthru' }
  | {
      readonly kind: 'vxlan';
      readonly vni?: number;
      readonly external?: boolean;
      readonly local?: number;
      readonly remote?: number;
      readonly port?: number;
    }
  | { readonly kind: 'ifb' };

const IFLA_LINK = 5;
const IFLA_LINKINFO = 18;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const VETH_INFO_PEER = 1;
const IFLA_BR_MCAST_SNOOPING = 23;
const IFLA_MACVLAN_MODE = 1;
const IFLA_VXLAN_ID = 1;
const IFLA_VXLAN_GROUP = 2;
const IFLA_VXLAN_LOCAL = 4;
const IFLA_VXLAN_LEARNING = 7;
const IFLA_VXLAN_PORT = 15;
const IFLA_VXLAN_COLLECT_METADATA = 25;
const MACVLAN_MODES = { private: 1, vepa: 2, bridge: 4, passthru: 8 } as const;

/** Attributes of a kind. `encodePeer` makes the description of a veth's other end. */
export function linkKindAttributes(
  kind: LinkKind,
  encodePeer: (peer: { name: string; mac?: string; netnsFd?: number }) => Uint8Array,
): Attribute[] {
  switch (kind.kind) {
    case 'veth':
      return [info(kind.kind, [bytesAttribute(VETH_INFO_PEER, encodePeer(kind.peer))])];
    case 'macvlan':
      return [
        u32Attribute(IFLA_LINK, kind.lower),
        info(kind.kind, [u32Attribute(IFLA_MACVLAN_MODE, MACVLAN_MODES[kind.mode])]),
      ];
    case 'vxlan':
      return [info(kind.kind, vxlanAttributes(kind))];
    case 'bridge':
      return [
        info(
          kind.kind,
          kind.multicastSnooping === undefined
            ? []
            : [u8Attribute(IFLA_BR_MCAST_SNOOPING, kind.multicastSnooping ? 1 : 0)],
        ),
      ];
    case 'ifb':
      return [info(kind.kind, [])];
  }
}

function vxlanAttributes(kind: Extract<LinkKind, { kind: 'vxlan' }>): Attribute[] {
  const attributes: Attribute[] = [u8Attribute(IFLA_VXLAN_LEARNING, 0)];
  if (kind.vni !== undefined) attributes.push(u32Attribute(IFLA_VXLAN_ID, kind.vni));
  if (kind.external) attributes.push(u8Attribute(IFLA_VXLAN_COLLECT_METADATA, 1));
  if (kind.local !== undefined) attributes.push(be32Attribute(IFLA_VXLAN_LOCAL, kind.local));
  if (kind.remote !== undefined) attributes.push(be32Attribute(IFLA_VXLAN_GROUP, kind.remote));
  if (kind.port !== undefined) attributes.push(be16Attribute(IFLA_VXLAN_PORT, kind.port));
  return attributes;
}

function info(kind: string, data: readonly Attribute[]): Attribute {
  const children = [stringAttribute(IFLA_INFO_KIND, kind)];
  if (data.length > 0) children.push(nestedAttribute(IFLA_INFO_DATA, data));
  return nestedAttribute(IFLA_LINKINFO, children);
}
