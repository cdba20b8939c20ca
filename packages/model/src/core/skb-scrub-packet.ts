import { PACKET_HOST, type SkBuff } from '../skb/sk-buff.ts';
import { SKB_TSTAMP } from '../skb/sk-buff-fields.ts';

/**
 * Forgets what a packet must not carry across a device pair; across namespaces (`xnet`) its mark and time too.
 * Kernel: net/core/skbuff.c skb_scrub_packet().
 */
export function skbScrubPacket(skb: SkBuff, xnet: boolean): void {
  skb.pktType = PACKET_HOST;
  skb.inputInterface = 0;
  skb.dst = null;
  if (!xnet) return;
  skb.mark = 0;
  skb.setWord(SKB_TSTAMP, 0);
  skb.setWord(SKB_TSTAMP + 1, 0);
}
