import { ethTypeTrans } from '../core/eth-type-trans.ts';
import type { Napi } from '../core/napi.ts';
import { napiCompleteDone } from '../core/napi-complete-done.ts';
import { napiGroReceive } from '../core/napi-gro-receive.ts';
import { XDP_PASS, XdpBuff } from '../core/xdp-buff.ts';
import { xdpRun } from '../core/xdp-run.ts';
import { run } from '../runner.ts';
import { kfreeSkb } from '../skb/kfree-skb.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { type Step, step } from '../step.ts';
import type { Veth } from './veth.ts';

const xdp = new XdpBuff();

/**
 * The poll of a veth end that runs XDP: the program sees each packet as a frame; those that pass go on as packets.
 * Returns how many packets it took, at most `budget`. Kernel: drivers/net/veth.c veth_xdp_rcv().
 */
export function vethXdpRcv(napi: Napi, budget: number): number {
  const dev = napi.dev as Veth;
  let work = 0;
  while (work < budget) {
    const skb = dev.xdpRing.shift();
    if (skb === null) break;
    work++;
    if (dev.xdpNative !== null) {
      xdp.set(skb.head, skb.size, skb.data, skb.len, dev, 0, skb.packetId);
      if (xdpRun(dev.xdpNative, xdp) !== XDP_PASS) {
        kfreeSkb(skb);
        continue;
      }
      skb.data = xdp.data;
      skb.tail = xdp.dataEnd;
      skb.metaBytes = xdp.data - xdp.dataMeta;
    }
    run(vethReceive, skb);
  }
  if (work < budget) napiCompleteDone(napi);
  return work;
}

/** What passed goes up. Kernel: veth_xdp_rcv_skb(). */
const vethReceive: Step = step('veth_xdp_rcv_skb', 'driver', 'H2', (skb: SkBuff): Step => {
  ethTypeTrans(skb);
  return napiGroReceive;
});
