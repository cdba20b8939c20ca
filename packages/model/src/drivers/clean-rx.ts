import { ethTypeTrans } from '../core/eth-type-trans.ts';
import { napiGroReceive } from '../core/napi-gro-receive.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import { type Step, step } from '../step.ts';

/**
 * What a driver does with a new skb: statistics, link-layer header, then up to GRO. The model's NIC verifies no
 * checksums. Kernel: the rx-clean function of a driver. Row B3.
 */
export const cleanRx: Step = step('build_skb', 'driver', 'B3', (skb: SkBuff): Step => {
  const { stats } = skb.dev;
  stats.rxPackets++;
  stats.rxBytes += skb.len;
  ethTypeTrans(skb);
  return napiGroReceive;
});
