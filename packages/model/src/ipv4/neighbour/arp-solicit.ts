import { ARPOP_REQUEST, ipSource } from '@sluice/wire';
import type { NetDevice } from '../../core/net-device.ts';
import type { SkBuff } from '../../skb/sk-buff.ts';
import { inetSelectAddr } from '../in-device.ts';
import { RT_SCOPE_LINK } from '../scopes.ts';
import { arpSend } from './arp-send.ts';

/**
 * Asks who has `target`: everyone, or the holder of `mac` where that is known. The question carries the source address
 * of the packet that waits, if it is one of ours (arp_announce 0), else one of the device's.
 * Kernel: net/ipv4/arp.c arp_solicit().
 */
export function arpSolicit(dev: NetDevice, target: number, mac: Uint8Array | undefined, waiting: SkBuff | null): void {
  let source = 0;
  if (waiting !== null && waiting.networkHeader !== 0 && dev.inet.conf.arp_announce === 0) {
    const from = ipSource(waiting.bytes, waiting.networkHeader);
    if (dev.netns.isLocalAddress(from)) source = from;
  }
  if (source === 0) source = inetSelectAddr(dev, target, RT_SCOPE_LINK);
  const { tracer } = dev.netns.host.machine;
  const outer = tracer.enter(waiting === null ? 0 : waiting.packetId);
  arpSend(dev, ARPOP_REQUEST, source, target, mac, undefined);
  tracer.leave(outer);
}
