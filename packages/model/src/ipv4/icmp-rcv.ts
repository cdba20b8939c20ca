import {
  formatIpv4,
  ICMP_DEST_UNREACH,
  ICMP_ECHO,
  ICMP_ECHOREPLY,
  ICMP_HLEN,
  ICMP_PARAMETERPROB,
  ICMP_TIME_EXCEEDED,
  icmpType,
  ipSource,
  verifyChecksum,
} from '@sluice/wire';
import type { SkBuff } from '../skb/sk-buff.ts';
import { consumed, drop, type Step, step } from '../step.ts';
import { xfrm4PolicyCheck } from '../xfrm/xfrm4-policy-check.ts';
import { icmpEcho } from './icmp-echo.ts';
import { ICMP_TIMESTAMP, icmpTimestamp } from './icmp-timestamp.ts';
import { icmpUnreach } from './icmp-unreach.ts';
import { pingRcv } from './ping-rcv.ts';

/** Kernel: NR_ICMP_TYPES. */
const ICMP_TYPE_MAX = 18;

/**
 * ICMP's door: policy, checksum (ICMP_CSUM), then by type: echo is answered, errors go to the socket whose packet they
 * quote, other known types are passed over. Kernel: net/ipv4/icmp.c icmp_rcv(). Row D7.
 */
export const icmpRcv: Step = step('icmp_rcv', 'icmp', 'D7', (skb: SkBuff): Step => {
  const { bytes, data } = skb;
  if (!xfrm4PolicyCheck('in', skb)) return drop(skb, 'XFRM_POLICY');
  if (skb.len < ICMP_HLEN) return drop(skb, 'PKT_TOO_SMALL');
  if (!verifyChecksum(bytes, data, skb.len)) return drop(skb, 'ICMP_CSUM');
  const type = icmpType(bytes, data);
  if (skb.trace !== null) skb.trace.detail(`type ${type} from ${formatIpv4(ipSource(bytes, skb.networkHeader))}`);
  if (type > ICMP_TYPE_MAX) return drop(skb, 'UNHANDLED_PROTO');
  if (skb.dst?.group === true && !answersGroups(type, skb)) return drop(skb, 'INVALID_PROTO');
  switch (type) {
    case ICMP_ECHO:
      return icmpEcho;
    case ICMP_ECHOREPLY:
      return pingRcv;
    case ICMP_TIMESTAMP:
      return icmpTimestamp;
    case ICMP_DEST_UNREACH:
    case ICMP_TIME_EXCEEDED:
    case ICMP_PARAMETERPROB:
      return icmpUnreach;
    default:
      return consumed;
  }
});

/** Spec: RFC 1122 §3.2.2.6, §3.2.2.8: a broadcast may ask for an echo or the time, unless we are told to be silent. */
function answersGroups(type: number, skb: SkBuff): boolean {
  if (type !== ICMP_ECHO && type !== ICMP_TIMESTAMP) return false;
  return skb.dev.netns.sysctls.value('net.ipv4.icmp_echo_ignore_broadcasts') === 0;
}
