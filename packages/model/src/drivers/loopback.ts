import { ethTypeTrans } from '../core/eth-type-trans.ts';
import { NetDevice } from '../core/net-device.ts';
import { netifRx } from '../core/netif-rx.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import { run } from '../runner.ts';
import { CHECKSUM_UNNECESSARY, type SkBuff } from '../skb/sk-buff.ts';
import { type Step, step } from '../step.ts';
import { injectSkb } from './inject-skb.ts';

/** Kernel: LOOPBACK_IFINDEX. */
export const LOOPBACK_IFINDEX = 1;

/** What is sent is received; its link-layer header is not counted. Kernel: drivers/net/loopback.c loopback_xmit(). Row H1. */
const loopbackXmit: Step = step('loopback_xmit', 'driver', 'H1', (skb: SkBuff): Step => {
  const { dev } = skb;
  skb.dst = null;
  ethTypeTrans(skb);
  const bytes = skb.len;
  dev.stats.txPackets++;
  dev.stats.txBytes += bytes;
  dev.stats.rxPackets++;
  dev.stats.rxBytes += bytes;
  skb.ipSummed = CHECKSUM_UNNECESSARY;
  return netifRx;
});

/** The device `lo` of a network namespace. */
export class Loopback extends NetDevice {
  override readonly loopback = true;
  readonly nativeXdp = false;
  readonly startXmit = loopbackXmit;

  constructor(netns: NetNamespace) {
    super(netns, 'lo', LOOPBACK_IFINDEX, new Uint8Array(6), 65536);
  }

  xdpXmit(): boolean {
    return false;
  }

  inject(frame: Uint8Array): void {
    const skb = injectSkb(this, frame);
    if (skb) run(netifRx, skb);
  }
}
