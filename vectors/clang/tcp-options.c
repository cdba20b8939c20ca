/* Walks TCP options in a bounded loop, with packet pointers at variable offsets. */
#include "bpf.h"

struct {
  __uint(type, ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, u64);
} seen SEC(".maps");

SEC("xdp")
int mss(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct ethhdr *eth = data;
  struct iphdr *ip = (void *)(eth + 1);
  if ((void *)(ip + 1) > end || eth->proto != htons(0x0800) || ip->protocol != 6 || ip->ihl != 5) return XDP_PASS;
  struct tcphdr *tcp = (void *)(ip + 1);
  if ((void *)(tcp + 1) > end) return XDP_PASS;
  u32 length = ((tcp->flags & 0xf0) >> 4) * 4;
  if (length <= sizeof(*tcp)) return XDP_PASS;
  u8 *at = (void *)(tcp + 1);
  u32 left = length - sizeof(*tcp);
  for (int i = 0; i < 8; i++) {
    if (left == 0 || (void *)(at + 1) > end) break;
    u8 kind = at[0];
    if (kind == 0) break;
    if (kind == 1) {
      at++;
      left--;
      continue;
    }
    if ((void *)(at + 2) > end) break;
    u8 size = at[1];
    if (size < 2 || size > left) break;
    if (kind == 2 && size == 4) {
      if ((void *)(at + 4) > end) break;
      u32 key = 0;
      u64 *value = bpf_map_lookup_elem(&seen, &key);
      if (value) *value = (at[2] << 8) | at[3];
      return XDP_DROP;
    }
    at += size & 0x3f;
    left -= size;
  }
  return XDP_PASS;
}
