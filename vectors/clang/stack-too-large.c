/* Refused: combined stack size of 2 calls is */
#include "bpf.h"

static noinline int sum(u8 *bytes) {
  u8 copy[300];
  int result = 0;
  for (int i = 0; i < 300; i++) *(volatile u8 *)(copy + i) = bytes[i];
  for (int i = 0; i < 300; i += 50) result += *(volatile u8 *)(copy + i);
  return result;
}

SEC("xdp")
int add(struct xdp_md *ctx) {
  u8 bytes[304];
  for (int i = 0; i < 304; i += 8) *(volatile u64 *)(bytes + i) = ctx->rx_queue_index;
  return sum(bytes) & 1 ? XDP_PASS : XDP_DROP;
}
