/* tc: connection tracking with tuples on the stack, static functions, events through a ring buffer. */
#include "bpf.h"

struct tuple {
  u32 saddr, daddr;
  u16 sport, dport;
  u8 protocol, flags;
  u16 pad;
};

struct connection {
  u64 packets[2], bytes[2], last_seen;
  u32 identity, rev_nat;
  u16 state, pad;
  u32 mark;
};

struct event {
  struct tuple tuple;
  u32 verdict, identity;
  u64 time;
};

struct {
  __uint(type, LRU_HASH);
  __uint(max_entries, 4096);
  __type(key, struct tuple);
  __type(value, struct connection);
} connections SEC(".maps");

struct {
  __uint(type, RINGBUF);
  __uint(max_entries, 65536);
} events SEC(".maps");

struct {
  __uint(type, PROG_ARRAY);
  __uint(max_entries, 8);
  __type(key, u32);
  __type(value, u32);
} calls SEC(".maps");

const volatile u32 node_address = 0x0a000001;
const volatile u32 verbose = 1;

static noinline int tell(const struct tuple *tuple, u32 verdict, u32 identity) {
  if (!verbose) return 0;
  struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
  if (!event) return -1;
  event->tuple = *tuple;
  event->verdict = verdict;
  event->identity = identity;
  event->time = bpf_ktime_get_ns();
  if (verdict == 9)
    bpf_ringbuf_discard(event, 0);
  else
    bpf_ringbuf_submit(event, 0);
  return 0;
}

static noinline struct connection *find(struct tuple *tuple, int *direction) {
  struct connection *connection = bpf_map_lookup_elem(&connections, tuple);
  *direction = 0;
  if (connection) return connection;
  struct tuple back = {.saddr = tuple->daddr, .daddr = tuple->saddr, .sport = tuple->dport, .dport = tuple->sport};
  back.protocol = tuple->protocol;
  *direction = 1;
  return bpf_map_lookup_elem(&connections, &back);
}

static noinline int parse(struct __sk_buff *skb, struct tuple *tuple, u32 *bytes) {
  void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
  struct ethhdr *eth = data;
  struct iphdr *ip = (void *)(eth + 1);
  if ((void *)(ip + 1) > end) {
    if (bpf_skb_pull_data(skb, sizeof(*eth) + sizeof(*ip) + 8)) return -1;
    data = (void *)(long)skb->data;
    end = (void *)(long)skb->data_end;
    eth = data;
    ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end) return -1;
  }
  if (eth->proto != htons(0x0800)) return 1;
  tuple->saddr = ip->saddr;
  tuple->daddr = ip->daddr;
  tuple->protocol = ip->protocol;
  *bytes = ntohs(ip->tot_len);
  u16 ports[2];
  if (ip->protocol == 6 || ip->protocol == 17) {
    if (bpf_skb_load_bytes(skb, sizeof(*eth) + ip->ihl * 4, ports, sizeof(ports))) return -1;
    tuple->sport = ports[0];
    tuple->dport = ports[1];
  }
  return 0;
}

SEC("tc")
int track(struct __sk_buff *skb) {
  struct tuple tuple = {};
  u32 bytes = 0;
  int direction = 0;
  int parsed = parse(skb, &tuple, &bytes);
  if (parsed < 0) return TC_ACT_SHOT;
  if (parsed > 0) return TC_ACT_OK;
  struct connection *connection = find(&tuple, &direction);
  if (connection) {
    if (direction == 0) {
      connection->packets[0]++;
      connection->bytes[0] += bytes;
    } else {
      connection->packets[1]++;
      connection->bytes[1] += bytes;
    }
    connection->last_seen = bpf_ktime_get_ns();
    skb->mark = connection->identity;
    if (connection->rev_nat) {
      skb->cb[0] = connection->rev_nat;
      bpf_tail_call(skb, &calls, 1);
      return TC_ACT_SHOT;
    }
    return TC_ACT_OK;
  }
  struct connection fresh = {.packets = {1, 0}, .bytes = {bytes, 0}, .last_seen = bpf_ktime_get_ns()};
  fresh.identity = skb->mark & 0xffff;
  if (tuple.daddr == node_address) fresh.state = 2;
  if (bpf_map_update_elem(&connections, &tuple, &fresh, 1)) {
    tell(&tuple, 2, fresh.identity);
    return TC_ACT_SHOT;
  }
  tell(&tuple, 1, fresh.identity);
  return TC_ACT_OK;
}

SEC("tc")
int rewrite(struct __sk_buff *skb) {
  u32 from = 0, to = node_address;
  if (bpf_skb_load_bytes(skb, 30, &from, 4)) return TC_ACT_SHOT;
  if (bpf_skb_store_bytes(skb, 30, &to, 4, 0)) return TC_ACT_SHOT;
  if (bpf_l3_csum_replace(skb, 24, from, to, 4)) return TC_ACT_SHOT;
  bpf_l4_csum_replace(skb, 50, from, to, 0x10 | 4);
  return bpf_redirect(skb->ifindex, 0);
}
