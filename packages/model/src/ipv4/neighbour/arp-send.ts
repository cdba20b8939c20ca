import { ARP_HLEN, ETH_HLEN, ETH_P_ARP, writeArp, writeEthernet } from '@sluice/wire';
import { devQueueXmit } from '../../core/dev-queue-xmit.ts';
import type { NetDevice } from '../../core/net-device.ts';
import { run } from '../../runner.ts';

const BROADCAST = Uint8Array.of(255, 255, 255, 255, 255, 255);
const UNKNOWN = new Uint8Array(6);

/**
 * Sends an ARP packet out of `dev`: to `mac`, or to everyone where that is undefined. `targetMac` is what the packet
 * itself says of the target. Kernel: net/ipv4/arp.c arp_send_dst(), arp_create(), arp_xmit().
 */
export function arpSend(
  dev: NetDevice,
  operation: number,
  source: number,
  target: number,
  mac: Uint8Array | undefined,
  targetMac: Uint8Array | undefined,
): void {
  if (dev.loopback) return;
  const { packets, tracer } = dev.netns.host.machine;
  const skb = packets.alloc(ETH_HLEN + ARP_HLEN, dev);
  const { bytes, data } = skb;
  writeEthernet(bytes, data, mac ?? BROADCAST, dev.devAddr, ETH_P_ARP);
  writeArp(bytes, data + ETH_HLEN, operation, dev.devAddr, source, targetMac ?? UNKNOWN, target);
  skb.tail = data + ETH_HLEN + ARP_HLEN;
  skb.macHeader = data;
  skb.macBytes = ETH_HLEN;
  skb.networkHeader = data + ETH_HLEN;
  skb.protocol = ETH_P_ARP;
  tracer.follow(skb, tracer.birth(dev.netns));
  run(devQueueXmit, skb);
}
