/* Refused: tail_calls are not allowed when call stack of previous frames is 304 bytes. Too large */
#include "bpf.h"

struct {
  __uint(type, PROG_ARRAY);
  __uint(max_entries, 8);
  __type(key, u32);
  __type(value, u32);
} calls SEC(".maps");

static noinline int try(struct xdp_md *ctx, u8 *bytes) {
  bpf_tail_call(ctx, &calls, bytes[3]);
  return ctx->rx_queue_index;
}

SEC("xdp")
int dispatch(struct xdp_md *ctx) {
  u8 bytes[304];
  for (int i = 0; i < 304; i += 8) *(volatile u64 *)(bytes + i) = ctx->rx_queue_index;
  return try(ctx, bytes) > 2 ? XDP_PASS : XDP_DROP;
}
