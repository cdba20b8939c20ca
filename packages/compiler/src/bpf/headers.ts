import type { be16, be32, u8 } from './integers.ts';
import { type Bytes, bytes } from './structs.ts';

/** Packet headers as structs. Fields in network order are `be16` and `be32`. */

/** Spec: IEEE 802.3 §3.1.1 */
export class EthHdr {
  dst: Bytes<6> = bytes(6);
  src: Bytes<6> = bytes(6);
  /** ETH_P_* in network order. */
  proto: be16 = 0;
}

/** ARP for IPv4 over Ethernet. Spec: RFC 826 */
export class ArpHdr {
  static packed = true;
  hardwareType: be16 = 0;
  protocolType: be16 = 0;
  hardwareLength: u8 = 0;
  protocolLength: u8 = 0;
  /** 1 request, 2 reply. */
  operation: be16 = 0;
  senderMac: Bytes<6> = bytes(6);
  senderIp: be32 = 0;
  targetMac: Bytes<6> = bytes(6);
  targetIp: be32 = 0;
}

/** Spec: RFC 791 §3.1 */
export class Ipv4Hdr {
  /** Version in the high four bits, header length in 32-bit words in the low four. */
  versionIhl: u8 = 0;
  tos: u8 = 0;
  totalLength: be16 = 0;
  id: be16 = 0;
  /** DF 0x4000, MF 0x2000, offset in 8-byte units 0x1fff; in host order. */
  fragment: be16 = 0;
  ttl: u8 = 0;
  protocol: u8 = 0;
  checksum: be16 = 0;
  src: be32 = 0;
  dst: be32 = 0;
}

/** Spec: RFC 768 */
export class UdpHdr {
  srcPort: be16 = 0;
  dstPort: be16 = 0;
  length: be16 = 0;
  checksum: be16 = 0;
}

/** Spec: RFC 9293 §3.1 */
export class TcpHdr {
  srcPort: be16 = 0;
  dstPort: be16 = 0;
  seq: be32 = 0;
  ack: be32 = 0;
  /** Header length in 32-bit words in the high four bits. */
  dataOffset: u8 = 0;
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32. */
  flags: u8 = 0;
  window: be16 = 0;
  checksum: be16 = 0;
  urgent: be16 = 0;
}

/** Spec: RFC 792 */
export class IcmpHdr {
  type: u8 = 0;
  code: u8 = 0;
  checksum: be16 = 0;
  id: be16 = 0;
  seq: be16 = 0;
}
