import { copyBytes, ICMP_HLEN, icmpRest, ipDestination, ipSource, ipTos, setBe32 } from '@sluice/wire';
import type { SkBuff } from '../skb/sk-buff.ts';
import { consumed, drop, type Step, step } from '../step.ts';
import { MS } from '../time/clock.ts';
import { icmpXmit } from './icmp-xmit.ts';

export const ICMP_TIMESTAMP = 13;
const ICMP_TIMESTAMPREPLY = 14;
const DAY_MS = 86_400_000;
const TIMES_BYTES = 12;

/**
 * Answers with the asker's time and ours twice, in milliseconds of the day. Kernel: net/ipv4/icmp.c icmp_timestamp().
 * Spec: RFC 792. Our time is the virtual clock's. Row D7.
 */
export const icmpTimestamp: Step = step('icmp_timestamp', 'icmp', 'D7', (skb: SkBuff): Step => {
  const { bytes, data, networkHeader } = skb;
  const { netns } = skb.dev;
  if (skb.len < ICMP_HLEN + 4) return drop(skb, 'PKT_TOO_SMALL');
  const { arena, clock } = netns.host.machine;
  const times = arena.alloc(TIMES_BYTES);
  copyBytes(bytes, data + ICMP_HLEN, bytes, times, 4);
  const now = Math.floor(clock.nowNs / MS) % DAY_MS;
  setBe32(bytes, times + 4, now);
  setBe32(bytes, times + 8, now);
  icmpXmit(netns, {
    type: ICMP_TIMESTAMPREPLY,
    code: 0,
    rest: icmpRest(bytes, data),
    source: skb.dst?.group === true ? 0 : ipDestination(bytes, networkHeader),
    destination: ipSource(bytes, networkHeader),
    payloadAt: times,
    payloadBytes: TIMES_BYTES,
    mark: 0,
    tos: ipTos(bytes, networkHeader),
  });
  arena.free(times, TIMES_BYTES);
  return consumed;
});
