/* Refused: invalid access to packet, off=23 size=1 */
#include "bpf.h"

SEC("tc")
int proto(struct __sk_buff *skb) {
  void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
  struct ethhdr *eth = data;
  if ((void *)(eth + 1) > end) return TC_ACT_OK;
  struct iphdr *ip = (void *)(eth + 1);
  return ip->protocol == 6 ? TC_ACT_SHOT : TC_ACT_OK;
}
