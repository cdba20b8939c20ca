import {
  ETH_HLEN,
  ETH_P_IP,
  etherType,
  IPPROTO_TCP,
  IPPROTO_UDP,
  ipHeaderBytes,
  ipProtocol,
  isFragment,
} from '@sluice/wire';

/** The key that most drivers start with. Spec: the Toeplitz verification suite of the RSS specification. */
const KEY = Uint8Array.of(
  0x6d,
  0x5a,
  0x56,
  0xda,
  0x25,
  0x5b,
  0x0e,
  0xc2,
  0x41,
  0x67,
  0x25,
  0x3d,
  0x43,
  0xa3,
  0x8f,
  0xb0,
  0xd0,
  0xca,
  0x2b,
  0xcb,
  0xae,
  0x7b,
  0x30,
  0xb4,
  0x77,
  0xcb,
  0x2d,
  0xa3,
  0x80,
  0x30,
  0xf2,
  0x0c,
  0x6a,
  0x42,
  0xb7,
  0x3b,
  0xbe,
  0xac,
  0x01,
  0xfa,
);

/** Toeplitz hash of `length` bytes: unsigned 32 bits. */
export function toeplitz(bytes: Uint8Array, at: number, length: number): number {
  let hash = 0;
  let window = (KEY[0]! << 24) | (KEY[1]! << 16) | (KEY[2]! << 8) | KEY[3]! | 0;
  for (let i = 0; i < length; i++) {
    const byte = bytes[at + i]!;
    const next = KEY[i + 4] ?? 0;
    for (let bit = 7; bit >= 0; bit--) {
      if (byte & (1 << bit)) hash ^= window;
      window = (window << 1) | ((next >>> bit) & 1);
    }
  }
  return hash >>> 0;
}

const tuple = new Uint8Array(12);

/**
 * The receive queue of a frame, by its addresses and, for whole TCP and UDP packets, its ports; frames that are not
 * IPv4 go to queue 0. The indirection table is the default one: queues in turn. Row A3.
 */
export function skbRss(bytes: Uint8Array, at: number, length: number, queues: number): number {
  const ip = at + ETH_HLEN;
  if (length < ETH_HLEN + 20 || etherType(bytes, at) !== ETH_P_IP) return 0;
  for (let i = 0; i < 8; i++) tuple[i] = bytes[ip + 12 + i]!;
  const protocol = ipProtocol(bytes, ip);
  const ports = ip + ipHeaderBytes(bytes, ip);
  const withPorts =
    (protocol === IPPROTO_TCP || protocol === IPPROTO_UDP) && !isFragment(bytes, ip) && ports + 4 <= at + length;
  for (let i = 0; i < 4; i++) tuple[8 + i] = withPorts ? bytes[ports + i]! : 0;
  return (toeplitz(tuple, 0, withPorts ? 12 : 8) & 127) % queues;
}
