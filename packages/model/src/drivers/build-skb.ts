import type { XdpBuff } from '../core/xdp-buff.ts';
import type { Machine } from '../kernel/machine.ts';
import type { SkBuff } from '../skb/sk-buff.ts';
import type { Nic } from './nic.ts';
import type { RxRing } from './rx-ring.ts';

/**
 * A packet around a ring buffer that XDP let pass, with the head, tail and metadata that the program left.
 * Kernel: net/core/skbuff.c build_skb(), napi_build_skb(). Row B3.
 */
export function buildSkb(machine: Machine, nic: Nic, ring: RxRing, xdp: XdpBuff): SkBuff {
  const skb = machine.packets.wrap(xdp.head, ring.bufferBytes, xdp.data - xdp.head, xdp.dataEnd - xdp.data, nic);
  skb.metaBytes = xdp.data - xdp.dataMeta;
  return skb;
}
