/* Lengths from packets as sizes of helper calls, tables on the stack, switches, nested static functions. */
#include "bpf.h"

struct {
  __uint(type, RINGBUF);
  __uint(max_entries, 65536);
} events SEC(".maps");

struct {
  __uint(type, ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, u8[256]);
} table SEC(".maps");

static noinline u32 weight(u8 *bytes, u32 count) {
  u32 sum = 0;
  for (u32 i = 0; i < 16; i++) {
    if (i >= count) break;
    sum += bytes[i];
  }
  return sum;
}

static noinline u32 classify(u32 port) {
  switch (port) {
  case 53: return 1;
  case 80: return 2;
  case 443: return 3;
  case 8080: return 4;
  case 6443: return 5;
  case 4789: return 6;
  default: return port > 30000 && port < 32768 ? 7 : 0;
  }
}

SEC("tc")
int lengths(struct __sk_buff *skb) {
  u8 bytes[32] = {};
  u32 zero = 0, len = skb->len;
  if (len > 32) len = 32;
  if (len == 0) return TC_ACT_OK;
  if (bpf_skb_load_bytes(skb, 0, bytes, len)) return TC_ACT_OK;
  u32 sum = weight(bytes, len) + weight(bytes + 16, len > 16 ? len - 16 : 0);
  u8 *values = bpf_map_lookup_elem(&table, &zero);
  if (!values) return TC_ACT_OK;
  u32 class = classify(skb->mark);
  u8 index = sum;
  values[index] = class;
  u32 histogram[8] = {};
  for (int i = 0; i < 32; i++) histogram[bytes[i] & 7]++;
  u32 *event = bpf_ringbuf_reserve(&events, 16, 0);
  if (!event) return TC_ACT_OK;
  event[0] = sum;
  event[1] = class;
  event[2] = histogram[class & 7];
  event[3] = bpf_get_smp_processor_id();
  bpf_ringbuf_submit(event, 0);
  return values[(sum >> 3) & 255] ? TC_ACT_SHOT : TC_ACT_OK;
}
