/* Tracepoints: a record's fields, strings from kernel memory, a record of variable length handed to user space. */
#include "bpf.h"

struct record {
  u64 pid, address;
  u32 length;
  char comm[16], text[128];
};

struct {
  __uint(type, PERF_EVENT_ARRAY);
  __uint(max_entries, 64);
  __uint(key_size, 4);
  __uint(value_size, 4);
} records SEC(".maps");

struct {
  __uint(type, PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct record);
} buffer SEC(".maps");

SEC("tracepoint/skb/kfree_skb")
int kfree_skb(u64 *ctx) {
  u32 zero = 0;
  struct record *record = bpf_map_lookup_elem(&buffer, &zero);
  if (!record) return 0;
  record->pid = bpf_get_current_pid_tgid() >> 32;
  record->address = ctx[2];
  bpf_get_current_comm(record->comm, sizeof(record->comm));
  long length = bpf_probe_read_kernel_str(record->text, sizeof(record->text), (void *)ctx[3]);
  if (length < 0) length = 0;
  record->length = length;
  u64 size = sizeof(*record) - sizeof(record->text) + (length & 127);
  bpf_perf_event_output(ctx, &records, 0xffffffffULL, record, size);
  return 0;
}

SEC("raw_tracepoint/kfree_skb")
int raw_kfree_skb(u64 *ctx) {
  u64 copy[4];
  if (bpf_probe_read_kernel(copy, sizeof(copy), (void *)ctx[0])) return 0;
  return copy[0] == 0;
}
