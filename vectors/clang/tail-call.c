/* Tail calls from functions of the program, which may return to their caller. */
#include "bpf.h"

struct {
  __uint(type, PROG_ARRAY);
  __uint(max_entries, 8);
  __type(key, u32);
  __type(value, u32);
} calls SEC(".maps");

static noinline int try(struct xdp_md *ctx, u32 index) {
  bpf_tail_call(ctx, &calls, index);
  return ctx->rx_queue_index;
}

SEC("xdp")
int dispatch(struct xdp_md *ctx) {
  u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 14 > end) return XDP_DROP;
  int result = try(ctx, data[12] & 7);
  data = (void *)(long)ctx->data;
  end = (void *)(long)ctx->data_end;
  if (data + 14 > end) return XDP_DROP;
  return result > 2 ? XDP_PASS : data[0];
}
