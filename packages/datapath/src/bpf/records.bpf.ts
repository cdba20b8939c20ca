/**
 * What lies in the maps and in the event ring. Keys are compared byte by byte, so each has its padding spelt out.
 */
import { type Bytes, type be16, type be32, bytes, type u8, type u16, type u32, type u64 } from '@sluice/compiler/bpf';

/** A Pod of this node, or the node itself (ENDPOINT_HOST), by its address. */
export class Endpoint {
  ifindex: u32 = 0;
  identity: u32 = 0;
  mac: Bytes<6> = bytes(6);
  id: u16 = 0;
  /** Address of the device on the node's side. */
  nodeMac: Bytes<6> = bytes(6);
  flags: u16 = 0;
}

/** Whose device this is, by the interface index of its node side. */
export class EndpointDevice {
  ip: be32 = 0;
  identity: u32 = 0;
  id: u16 = 0;
  pad: u16 = 0;
}

export class IpcacheKey {
  prefixLen: u32 = 0;
  ip: be32 = 0;
}

/** Who an address is. */
export class IpcacheEntry {
  identity: u32 = 0;
  /** The node it lives on; 0 outside the cluster. */
  node: be32 = 0;
}

/** A prefix trie key: what stands first is matched first. See POLICY_BITS_*. */
export class PolicyKey {
  prefixLen: u32 = 0;
  identity: u32 = 0;
  endpoint: u16 = 0;
  direction: u8 = 0;
  protocol: u8 = 0;
  port: be16 = 0;
  pad: u16 = 0;
}

/** Presence admits; the cookie says which object wrote the entry. */
export class PolicyEntry {
  cookie: u32 = 0;
  pad: u32 = 0;
  packets: u64 = 0n;
}

/** Addresses as in the packet that opened the connection. */
export class ConnKey {
  src: be32 = 0;
  dst: be32 = 0;
  srcPort: be16 = 0;
  dstPort: be16 = 0;
  protocol: u8 = 0;
  /** CT_OUT, CT_IN, CT_SERVICE, CT_NODEPORT, NAT_OUT, NAT_BACK. */
  direction: u8 = 0;
  pad: u16 = 0;
}

export class ConnEntry {
  /** Nanoseconds of the kernel's clock. */
  expires: u64 = 0n;
  packets: u64 = 0n;
  bytes: u64 = 0n;
  backend: u32 = 0;
  /** Service to translate answers back to; 0 for none. */
  service: u16 = 0;
  flags: u16 = 0;
}

/** Slot 0 is the service itself; slots from 1 on are its backends. */
export class ServiceKey {
  address: be32 = 0;
  port: be16 = 0;
  slot: u16 = 0;
  protocol: u8 = 0;
  scope: u8 = 0;
  pad: u16 = 0;
}

export class ServiceEntry {
  backend: u32 = 0;
  /** Number of backends (slot 0). */
  count: u16 = 0;
  /** The service's number, for the way back and for events. */
  service: u16 = 0;
  flags: u32 = 0;
}

export class Backend {
  address: be32 = 0;
  port: be16 = 0;
  protocol: u8 = 0;
  pad: u8 = 0;
}

export class ServiceAddress {
  address: be32 = 0;
  port: be16 = 0;
  pad: u16 = 0;
}

/** A socket and the backend it talks to. */
export class SocketKey {
  cookie: u64 = 0n;
  address: be32 = 0;
  port: be16 = 0;
  pad: u16 = 0;
}

/** The address and port to put in a translated packet. */
export class NatEntry {
  address: be32 = 0;
  port: be16 = 0;
  pad: u16 = 0;
  expires: u64 = 0n;
}

/** What a program tells user space about a packet. Addresses are those at the moment of the event. */
export class Event {
  type: u8 = 0;
  /** DROP_* or CT_*. */
  reason: u8 = 0;
  /** POINT_* */
  point: u8 = 0;
  protocol: u8 = 0;
  cookie: u32 = 0;
  srcIdentity: u32 = 0;
  dstIdentity: u32 = 0;
  src: be32 = 0;
  dst: be32 = 0;
  srcPort: be16 = 0;
  dstPort: be16 = 0;
  endpoint: u16 = 0;
  /** POLICY_INGRESS or POLICY_EGRESS. */
  direction: u8 = 0;
  pad: u8 = 0;
  ifindex: u32 = 0;
  length: u32 = 0;
}

/** What a program knows of the packet in hand. */
export class Flow {
  src: be32 = 0;
  dst: be32 = 0;
  srcPort: be16 = 0;
  dstPort: be16 = 0;
  protocol: u8 = 0;
  ttl: u8 = 0;
  /** TCP flags; 0 for other protocols. */
  tcpFlags: u8 = 0;
  /** 1 where `inner…` describe the packet that an ICMP error is about. */
  related: u8 = 0;
  srcIdentity: u32 = 0;
  dstIdentity: u32 = 0;
  /** Offset of the transport header from the start of the frame. */
  l4Offset: u32 = 0;
  length: u32 = 0;
  ifindex: u32 = 0;
  endpoint: u16 = 0;
  point: u8 = 0;
  direction: u8 = 0;
  innerSrc: be32 = 0;
  innerDst: be32 = 0;
  innerSrcPort: be16 = 0;
  innerDstPort: be16 = 0;
  innerProtocol: u8 = 0;
  pad: u8 = 0;
  /** Service to which answers are translated back. */
  service: u16 = 0;
}
