import type { SkBuff } from '../skb/sk-buff.ts';

/** An AF_PACKET socket of protocol ETH_P_ALL, as tcpdump opens one. */
export interface FrameTap {
  /** Gets a copy of each frame, from its link-layer header. */
  readonly onFrame: (frame: Uint8Array, timeNs: number) => void;
}

/** Hands a copy of the frame to everyone who listens. Kernel: net/packet/af_packet.c packet_rcv(). Row C1. */
export function packetRcv(taps: readonly FrameTap[], skb: SkBuff): void {
  const { nowNs } = skb.dev.netns.host.machine.clock;
  const frame = skb.bytes.slice(skb.macHeader || skb.data, skb.tail);
  for (const tap of taps) tap.onFrame(frame, nowNs);
}
