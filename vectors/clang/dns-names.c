/* Copies a DNS name out of the packet, label by label: offsets and lengths from the packet, all bounded. */
#include "bpf.h"

struct name {
  char text[64];
};

struct {
  __uint(type, HASH);
  __uint(max_entries, 128);
  __type(key, struct name);
  __type(value, u64);
} names SEC(".maps");

struct {
  __uint(type, PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct name);
} scratch SEC(".maps");

SEC("xdp")
int dns(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  u8 *question = data + 14 + 20 + 8 + 12;
  if ((void *)(question + 1) > end) return XDP_PASS;
  u32 zero = 0;
  struct name *name = bpf_map_lookup_elem(&scratch, &zero);
  if (!name) return XDP_PASS;
  __builtin_memset(name, 0, sizeof(*name));
  u32 left = 0;
  for (u32 i = 0; i < 63; i++) {
    if ((void *)(question + i + 1) > end) return XDP_PASS;
    u8 byte = question[i];
    if (left == 0) {
      if (byte == 0) break;
      if (byte > 63) return XDP_PASS;
      left = byte;
      name->text[i] = '.';
    } else {
      left--;
      name->text[i] = byte | 0x20;
    }
  }
  u64 *hits = bpf_map_lookup_elem(&names, name);
  if (hits) {
    __sync_fetch_and_add(hits, 1);
    return XDP_DROP;
  }
  return XDP_PASS;
}
