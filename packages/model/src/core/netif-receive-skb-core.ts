import { ETH_P_8021AD, ETH_P_8021Q } from '@sluice/wire';
import { nfIngress } from '../netfilter/nf-ingress.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { type Step, step, undecidable } from '../step.ts';
import { deliverPtype } from './deliver-ptype.ts';
import { deliverTaps } from './deliver-taps.ts';
import { doXdpGeneric } from './do-xdp-generic.ts';
import { schHandleIngress } from './sch-handle-ingress.ts';

/**
 * Where every received packet passes, whatever its protocol: generic XDP, taps, tc ingress, the netfilter ingress hook,
 * the device's own handler (bridge), and last the protocols. Stations that nobody occupies are passed over.
 * A packet that tc sends to another device comes back here for that device. Kernel: net/core/dev.c
 * __netif_receive_skb_core(). Rows C1 to C6.
 */
export const netifReceiveSkbCore: Step = step('__netif_receive_skb_core', 'core', 'C4', (skb: SkBuff): Step => {
  const { dev } = skb;
  skb.inputInterface = dev.ifindex;
  const { host } = dev.netns;
  host.cpus[host.currentCpu]!.processed++;
  return dev.xdpGeneric !== null ? doXdpGeneric : afterXdp(skb);
});

/** What follows generic XDP. */
export function afterXdp(skb: SkBuff): Step {
  const { protocol } = skb;
  if (protocol === ETH_P_8021Q || protocol === ETH_P_8021AD) {
    return undecidable(skb, 'VLAN tags: the model has no vlan_do_receive yet (row C2)');
  }
  return skb.dev.taps.length > 0 ? deliverTaps : afterTaps(skb);
}

/** What follows the taps. */
export function afterTaps(skb: SkBuff): Step {
  return skb.dev.tcIngress.length > 0 ? schHandleIngress : afterClassify(skb);
}

/** What follows tc ingress. */
export function afterClassify(skb: SkBuff): Step {
  return skb.dev.netns.hooks.ingress.length > 0 ? nfIngress : afterNfIngress(skb);
}

/** What follows the netfilter ingress hook. */
export function afterNfIngress(skb: SkBuff): Step {
  return skb.dev.rxHandler ?? deliverPtype;
}
