import type { SkBuff } from '../../skb/sk-buff.ts';
import * as F from '../../skb/sk-buff-fields.ts';

/**
 * Brings the packet's `struct __sk_buff` up to date before a program runs: pointers, length, devices. The fields a
 * program may write (mark, priority, cb, …) live nowhere else, so nothing is copied back.
 * Kernel: net/core/filter.c bpf_compute_data_pointers(), tc_cls_act_convert_ctx_access().
 */
export function updateSkbContext(skb: SkBuff): void {
  const { data, tail } = skb;
  skb.setWord(F.SKB_LEN, tail - data);
  skb.setWord(F.SKB_WIRE_LEN, tail - data);
  skb.setWord(F.SKB_INGRESS_IFINDEX, skb.inputInterface);
  skb.setWord(F.SKB_IFINDEX, skb.dev.ifindex);
  skb.setWord(F.SKB_DATA, data);
  skb.setWord(F.SKB_DATA_END, tail);
  skb.setWord(F.SKB_DATA_META, data - skb.metaBytes);
  skb.setWord(F.SKB_GSO_SEGS, skb.gsoSegments);
  skb.setWord(F.SKB_GSO_SIZE, skb.gsoBytes);
}
