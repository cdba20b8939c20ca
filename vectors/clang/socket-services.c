/* cgroup: services at connect, sendmsg and recvmsg, with a choice of back ends and the way back by socket cookie. */
#include "bpf.h"

struct service_key {
  u32 address;
  u16 port, slot;
};

struct service {
  u32 backend;
  u16 count, flags;
};

struct backend {
  u32 address;
  u16 port, pad;
};

struct reverse_key {
  u64 cookie;
  u32 address;
  u16 port, pad;
};

struct {
  __uint(type, HASH);
  __uint(max_entries, 1024);
  __type(key, struct service_key);
  __type(value, struct service);
} services SEC(".maps");

struct {
  __uint(type, HASH);
  __uint(max_entries, 1024);
  __type(key, u32);
  __type(value, struct backend);
} backends SEC(".maps");

struct {
  __uint(type, LRU_HASH);
  __uint(max_entries, 1024);
  __type(key, struct reverse_key);
  __type(value, struct service_key);
} reverse SEC(".maps");

static noinline int translate(struct bpf_sock_addr *ctx) {
  struct service_key key = {.address = ctx->user_ip4, .port = ctx->user_port};
  struct service_key original = key;
  struct service *service = bpf_map_lookup_elem(&services, &key);
  if (!service) return 0;
  u32 count = service->count;
  if (count == 0) return -1;
  key.slot = bpf_get_prandom_u32() % count + 1;
  struct service *slot = bpf_map_lookup_elem(&services, &key);
  if (!slot) return -1;
  u32 id = slot->backend;
  struct backend *backend = bpf_map_lookup_elem(&backends, &id);
  if (!backend) return -1;
  struct reverse_key back = {.cookie = bpf_get_socket_cookie(ctx), .address = backend->address, .port = backend->port};
  if (bpf_map_update_elem(&reverse, &back, &original, 0)) return -1;
  ctx->user_ip4 = backend->address;
  ctx->user_port = backend->port;
  return 0;
}

SEC("cgroup/connect4")
int connect4(struct bpf_sock_addr *ctx) {
  return translate(ctx) < 0 ? 0 : 1;
}

SEC("cgroup/sendmsg4")
int sendmsg4(struct bpf_sock_addr *ctx) {
  if (ctx->protocol != 17) return 1;
  return translate(ctx) < 0 ? 0 : 1;
}

SEC("cgroup/recvmsg4")
int recvmsg4(struct bpf_sock_addr *ctx) {
  struct reverse_key key = {.cookie = bpf_get_socket_cookie(ctx), .address = ctx->user_ip4, .port = ctx->user_port};
  struct service_key *original = bpf_map_lookup_elem(&reverse, &key);
  if (original) {
    ctx->user_ip4 = original->address;
    ctx->user_port = original->port;
  }
  return 1;
}
