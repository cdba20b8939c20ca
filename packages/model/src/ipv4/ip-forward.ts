import {
  decreaseTtl,
  ICMP_DEST_UNREACH,
  ICMP_EXC_TTL,
  ICMP_FRAG_NEEDED,
  ICMP_TIME_EXCEEDED,
  IP_DF,
  ipFragment,
  ipTtl,
} from '@sluice/wire';
import { nfForward } from '../netfilter/nf-hook.ts';
import { PACKET_HOST, type SkBuff } from '../skb/sk-buff.ts';
import { drop, reject, type Step, step } from '../step.ts';
import { xfrm4PolicyCheck } from '../xfrm/xfrm4-policy-check.ts';
import { icmpSend } from './icmp-send.ts';
import { ipForwardFinish } from './ip-forward-finish.ts';

/**
 * On its way to another host: TTL (ICMP time exceeded), policy, size (ICMP fragmentation needed where the sender
 * forbade fragments), then FORWARD. Kernel: net/ipv4/ip_forward.c ip_forward(). We depart: no ICMP redirects. Row D3.
 */
export const ipForward: Step = step('ip_forward', 'ip', 'D3', (skb: SkBuff): Step => {
  const { bytes, networkHeader: at } = skb;
  if (skb.pktType !== PACKET_HOST) return drop(skb, 'NOT_SPECIFIED');
  if (!xfrm4PolicyCheck('fwd', skb)) return drop(skb, 'XFRM_POLICY');
  if (ipTtl(bytes, at) <= 1) {
    if (skb.trace !== null) skb.trace.because('protocol', `its TTL was ${ipTtl(bytes, at)} on arrival`);
    icmpSend(skb, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0);
    return reject(skb, 'IP_INHDR');
  }
  const dst = skb.dst!;
  if (exceedsMtu(skb, dst.dev.mtu)) {
    if (skb.trace !== null) {
      skb.trace.because(
        'configuration',
        `${skb.len} bytes exceed the mtu ${dst.dev.mtu} of ${dst.dev.name}, and the sender forbids fragments`,
      );
    }
    icmpSend(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, dst.dev.mtu);
    return reject(skb, 'PKT_TOO_BIG');
  }
  decreaseTtl(bytes, at);
  return skb.dev.netns.hooks.forward.length > 0 ? nfForward : ipForwardFinish;
});

/** Kernel: ip_exceeds_mtu(): segments of a merged packet count one by one. */
function exceedsMtu(skb: SkBuff, mtu: number): boolean {
  if (skb.len <= mtu || (ipFragment(skb.bytes, skb.networkHeader) & IP_DF) === 0) return false;
  return skb.gsoBytes === 0 || skb.transportHeader - skb.networkHeader + 60 + skb.gsoBytes > mtu + 40;
}
