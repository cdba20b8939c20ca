import {
  IPPROTO_TCP,
  IPPROTO_UDP,
  ipDestination,
  ipHeaderBytes,
  ipProtocol,
  ipSource,
  ipv4PrefixContains,
  tcpDestinationPort,
  tcpSourcePort,
} from '@sluice/wire';
import type { SkBuff } from '../skb/sk-buff.ts';
import type { XfrmDirection, XfrmSelector } from './policy-database.ts';

/**
 * Whether the policies let a packet pass: the first whose selector matches decides; without one it passes. A policy
 * that demands IPsec refuses, as no packet of the model carries a security path yet.
 * Kernel: include/net/xfrm.h xfrm4_policy_check(), net/xfrm/xfrm_policy.c __xfrm_policy_check(). Row D6.
 */
export function xfrm4PolicyCheck(direction: XfrmDirection, skb: SkBuff): boolean {
  const { netns } = skb.dev;
  const policies = netns.xfrm[direction];
  if (policies.length === 0 || skb.dev.inet.conf.disable_policy !== 0) return true;
  for (const policy of policies) {
    if (!matches(policy.selector, skb)) continue;
    const pass = policy.action === 'allow' && !policy.templates;
    if (!pass && skb.trace !== null) {
      const what = policy.action === 'block' ? 'blocks it' : 'demands IPsec, and it came in the clear';
      skb.trace.because('policy', `an xfrm policy (dir ${direction}, priority ${policy.priority}) ${what}`);
    }
    return pass;
  }
  return true;
}

function matches(s: XfrmSelector, skb: SkBuff): boolean {
  const { bytes, networkHeader: at } = skb;
  const protocol = ipProtocol(bytes, at);
  if (s.source && !ipv4PrefixContains(s.source, ipSource(bytes, at))) return false;
  if (s.destination && !ipv4PrefixContains(s.destination, ipDestination(bytes, at))) return false;
  if (s.protocol !== undefined && s.protocol !== protocol) return false;
  if (s.sourcePort === undefined && s.destinationPort === undefined) return true;
  if (protocol !== IPPROTO_TCP && protocol !== IPPROTO_UDP) return false;
  const ports = at + ipHeaderBytes(bytes, at);
  return (
    (s.sourcePort === undefined || s.sourcePort === tcpSourcePort(bytes, ports)) &&
    (s.destinationPort === undefined || s.destinationPort === tcpDestinationPort(bytes, ports))
  );
}
