import { ETH_HLEN } from '@sluice/wire';
import { ethTypeTrans } from '../core/eth-type-trans.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { SkBuff } from '../skb/sk-buff.ts';

/** A packet from a frame that comes from outside, at a device without rings; undefined where it is no Ethernet frame. */
export function injectSkb(dev: NetDevice, frame: Uint8Array): SkBuff | undefined {
  if (frame.length < ETH_HLEN) {
    dev.stats.rxDropped++;
    return undefined;
  }
  const { packets, tracer } = dev.netns.host.machine;
  const skb = packets.alloc(frame.length, dev);
  skb.bytes.set(frame, skb.data);
  skb.tail = skb.data + frame.length;
  dev.stats.rxPackets++;
  dev.stats.rxBytes += frame.length;
  tracer.follow(skb, tracer.birth(dev.netns));
  ethTypeTrans(skb);
  return skb;
}
