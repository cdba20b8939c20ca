import {
  be32At,
  ETH_P_IP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  ipDestination,
  ipHeaderBytes,
  ipProtocol,
  ipSource,
  isFragment,
} from '@sluice/wire';
import type { SkBuff } from '../skb/sk-buff.ts';

/**
 * A number that is the same for all packets of a flow, and never 0. The kernel's is keyed at random at boot, so nobody
 * may rely on its value. Kernel: net/core/flow_dissector.c __skb_get_hash().
 */
export function skbFlowHash(skb: SkBuff): number {
  const { bytes, networkHeader: at } = skb;
  if (skb.protocol !== ETH_P_IP || at === 0 || skb.tail - at < 20) return 1;
  const protocol = ipProtocol(bytes, at);
  let hash = mix(mix(protocol, ipSource(bytes, at)), ipDestination(bytes, at));
  const ports = at + ipHeaderBytes(bytes, at);
  if ((protocol === IPPROTO_TCP || protocol === IPPROTO_UDP) && !isFragment(bytes, at) && ports + 4 <= skb.tail) {
    hash = mix(hash, be32At(bytes, ports));
  }
  return hash >>> 0 || 1;
}

/** One round of a multiplicative hash. */
function mix(hash: number, word: number): number {
  let h = Math.imul(hash ^ word, 0x9e3779b1);
  h ^= h >>> 15;
  return Math.imul(h, 0x85ebca77) ^ (h >>> 13);
}
