/** Numbers that the programs and the control plane share. */

/** Security identities below 256 are reserved; the values are Cilium's. */
export const IDENTITY_WILDCARD = 0;
export const IDENTITY_HOST = 1;
export const IDENTITY_WORLD = 2;
export const IDENTITY_REMOTE_NODE = 6;
/** Identities of prefixes that policies name start here. */
export const IDENTITY_FIRST_CIDR = 0x0100_0000;

/** `direction` of a policy entry. */
export const POLICY_INGRESS = 0;
export const POLICY_EGRESS = 1;

/** Bits of a policy key that stand before the protocol, up to the port, and in all. */
export const POLICY_BITS_PEER = 56;
export const POLICY_BITS_PROTOCOL = 64;
export const POLICY_BITS_PORT = 80;

/** `direction` of a connection-tracking entry: who opened the connection, or what the entry is for. */
export const CT_OUT = 0;
export const CT_IN = 1;
/** Pins the backend chosen for a client and a service address. */
export const CT_SERVICE = 2;
/** Connection from outside to a backend through a node's port: how to translate the answer back. */
export const CT_NODEPORT = 3;
/** Source translation, from inside out, and the way back. */
export const NAT_OUT = 4;
export const NAT_BACK = 5;

/** Result of a connection-tracking lookup. */
export const CT_NEW = 0;
export const CT_ESTABLISHED = 1;
export const CT_REPLY = 2;
export const CT_RELATED = 3;

/** Connection-tracking flags. */
export const CT_CLOSING = 1;

/** Service scopes: as seen from inside the cluster, and from outside. */
export const SCOPE_INTERNAL = 0;
export const SCOPE_EXTERNAL = 1;

/** Service flags, in slot 0. */
export const SERVICE_CLUSTER_IP = 1;

/** Endpoint flags. */
export const ENDPOINT_HOST = 1;

/** Where in the datapath an event was written. */
export const POINT_FROM_CONTAINER = 1;
export const POINT_TO_CONTAINER = 2;
export const POINT_FROM_NETDEV = 3;
export const POINT_TO_NETDEV = 4;
export const POINT_SOCKET = 5;

/** Event types. */
export const EVENT_DROP = 1;
/** Policy admitted the packet; the cookie names the entry. */
export const EVENT_POLICY = 2;
/** The packet belongs to a connection; `reason` is CT_*. */
export const EVENT_CONNTRACK = 3;
/** A service address became a backend; the cookie is the service. */
export const EVENT_SERVICE = 4;
/** A backend's address became the service address again. */
export const EVENT_REVERSE = 5;
/** The source became the node's address. */
export const EVENT_SNAT = 6;
/** A translated source address became the original again, as destination. */
export const EVENT_SNAT_BACK = 7;
/** The packet goes straight to a Pod of this node. */
export const EVENT_LOCAL = 8;

/** Why a program drops. Numbers are those Cilium uses for the same reason, where it has one. */
export const DROP_INVALID_SOURCE_IP = 132;
export const DROP_POLICY = 133;
export const DROP_INVALID = 134;
export const DROP_CT_CREATE = 155;
export const DROP_FRAGMENT = 157;
export const DROP_NO_SERVICE = 158;
export const DROP_NO_MAPPING = 161;
export const DROP_UNKNOWN_L3 = 166;
export const DROP_NOT_ROUTABLE = 174;
export const DROP_WRITE = 141;
export const DROP_NO_ENDPOINT = 151;
export const DROP_UNKNOWN_L4 = 142;
