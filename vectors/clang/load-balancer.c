/* An XDP load balancer: VLAN tags, IP options, a service map, back ends by hash, counters for each CPU. */
#include "bpf.h"

struct vlanhdr {
  u16 tci, proto;
};

struct service_key {
  u32 address;
  u16 port;
  u8 protocol, pad;
};

struct service {
  u32 backends, first, flags, hits;
};

struct backend {
  u32 address;
  u8 mac[6];
  u16 port;
};

struct {
  __uint(type, HASH);
  __uint(max_entries, 1024);
  __type(key, struct service_key);
  __type(value, struct service);
} services SEC(".maps");

struct {
  __uint(type, ARRAY);
  __uint(max_entries, 4096);
  __type(key, u32);
  __type(value, struct backend);
} backends SEC(".maps");

struct {
  __uint(type, PERCPU_ARRAY);
  __uint(max_entries, 16);
  __type(key, u32);
  __type(value, u64);
} counters SEC(".maps");

static always_inline void count(u32 what) {
  u64 *value = bpf_map_lookup_elem(&counters, &what);
  if (value) *value += 1;
}

static always_inline u16 fold(u64 sum) {
#pragma unroll
  for (int i = 0; i < 4; i++)
    if (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum;
}

SEC("xdp")
int balance(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct ethhdr *eth = data;
  u64 off = sizeof(*eth);
  if (data + off > end) return XDP_DROP;
  u16 proto = eth->proto;
#pragma unroll
  for (int i = 0; i < 2; i++) {
    if (proto == htons(0x8100) || proto == htons(0x88a8)) {
      struct vlanhdr *vlan = data + off;
      off += sizeof(*vlan);
      if (data + off > end) return XDP_DROP;
      proto = vlan->proto;
    }
  }
  if (proto != htons(0x0800)) {
    count(0);
    return XDP_PASS;
  }
  struct iphdr *ip = data + off;
  if ((void *)(ip + 1) > end) return XDP_DROP;
  u32 header = ip->ihl * 4;
  if (header < sizeof(*ip)) return XDP_DROP;
  struct service_key key = {.address = ip->daddr, .protocol = ip->protocol};
  u32 hash = ip->saddr;
  void *l4 = (void *)ip + header;
  if (ip->protocol == 6) {
    struct tcphdr *tcp = l4;
    if ((void *)(tcp + 1) > end) return XDP_DROP;
    key.port = tcp->dest;
    hash ^= tcp->source;
  } else if (ip->protocol == 17) {
    struct udphdr *udp = l4;
    if ((void *)(udp + 1) > end) return XDP_DROP;
    key.port = udp->dest;
    hash ^= udp->source;
  } else {
    return XDP_PASS;
  }
  struct service *service = bpf_map_lookup_elem(&services, &key);
  if (!service || service->backends == 0) {
    count(1);
    return XDP_PASS;
  }
  __sync_fetch_and_add(&service->hits, 1);
  u32 index = service->first + hash % service->backends;
  struct backend *backend = bpf_map_lookup_elem(&backends, &index);
  if (!backend) return XDP_DROP;
  u32 before = ip->daddr;
  u64 sum = bpf_csum_diff((void *)&before, 4, (void *)&backend->address, 4, (u16)~ip->check);
  ip->daddr = backend->address;
  ip->check = fold(sum);
  __builtin_memcpy(eth->src, eth->dst, 6);
  __builtin_memcpy(eth->dst, backend->mac, 6);
  count(2);
  return XDP_TX;
}
