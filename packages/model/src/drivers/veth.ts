import { ETH_HLEN } from '@sluice/wire';
import { Napi } from '../core/napi.ts';
import { NetDevice, type XdpLoss } from '../core/net-device.ts';
import { netifRx } from '../core/netif-rx.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import { run } from '../runner.ts';
import { SkbQueue } from '../skb/skb-queue.ts';
import { injectSkb } from './inject-skb.ts';
import { vethXdpRcv } from './veth-xdp-rcv.ts';
import { countVeth, vethXdpRing, vethXmit } from './veth-xmit.ts';

/** One end of a virtual Ethernet cable. Kernel: drivers/net/veth.c. Row H2. */
export class Veth extends NetDevice {
  readonly nativeXdp = true;
  readonly startXmit = vethXmit;
  /** Packets for this end's XDP program. Kernel: struct veth_rq. */
  readonly xdpRing = new SkbQueue();
  readonly napi: Napi;
  #peer: Veth | null = null;

  constructor(netns: NetNamespace, name: string, ifindex: number, mac: Uint8Array) {
    super(netns, name, ifindex, mac, 1500);
    this.napi = new Napi(netns.host.cpus[0]!, this, vethXdpRcv);
  }

  override get peer(): Veth | null {
    return this.#peer;
  }

  override napiOf(): Napi {
    return this.napi;
  }

  static connect(a: Veth, b: Veth): void {
    a.#peer = b;
    b.#peer = a;
  }

  /** Kernel: veth_xdp_xmit(). */
  xdpXmit(address: number, bytes: number, packetId: number): boolean {
    const peer = this.#peer;
    if (peer === null || peer.xdpNative === null) return false;
    const { packets, arena, tracer } = this.netns.host.machine;
    const skb = packets.alloc(bytes, peer);
    arena.u8.copyWithin(skb.data, address, address + bytes);
    skb.tail = skb.data + bytes;
    skb.macHeader = skb.data;
    tracer.follow(skb, packetId);
    countVeth(this, peer, bytes);
    run(vethXdpRing, skb);
    return true;
  }

  /** Kernel: veth_get_stats64(): what a program drops is in ethtool's counters alone. */
  override countXdpLoss(why: XdpLoss): void {
    if (why === 'redirected nowhere' || why === 'redirect refused') this.stats.rxDropped++;
    if (why !== 'not sent back') return;
    this.stats.txDropped++;
    if (this.#peer !== null) this.#peer.stats.rxDropped++;
  }

  inject(frame: Uint8Array): void {
    const skb = injectSkb(this, frame);
    if (!skb) return;
    if (this.xdpNative === null) {
      run(netifRx, skb);
      return;
    }
    skb.data = skb.macHeader;
    this.stats.rxBytes -= ETH_HLEN;
    run(vethXdpRing, skb);
  }
}
