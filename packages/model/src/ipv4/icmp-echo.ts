import { ICMP_ECHOREPLY, ICMP_HLEN, icmpRest, ipDestination, ipSource, ipTos } from '@sluice/wire';
import type { SkBuff } from '../skb/sk-buff.ts';
import { consumed, type Step, step } from '../step.ts';
import { icmpXmit } from './icmp-xmit.ts';

/** Answers an echo request with its own payload. Kernel: net/ipv4/icmp.c icmp_echo(), icmp_reply(). Row D7. */
export const icmpEcho: Step = step('icmp_echo', 'icmp', 'D7', (skb: SkBuff): Step => {
  const { netns } = skb.dev;
  if (netns.sysctls.value('net.ipv4.icmp_echo_ignore_all') !== 0) {
    if (skb.trace !== null) skb.trace.detail('net.ipv4.icmp_echo_ignore_all is set: no answer');
    return consumed;
  }
  const { bytes, data, networkHeader } = skb;
  const payload = data + ICMP_HLEN;
  const source = skb.dst?.group === true ? 0 : ipDestination(bytes, networkHeader);
  icmpXmit(netns, {
    type: ICMP_ECHOREPLY,
    code: 0,
    rest: icmpRest(bytes, data),
    source,
    destination: ipSource(bytes, networkHeader),
    payloadAt: payload,
    payloadBytes: skb.tail - payload,
    mark: 0,
    tos: ipTos(bytes, networkHeader),
  });
  return consumed;
});
