/**
 * The programs on sockets: a process that connects to a service address gets a backend, and never notices: asking for
 * its peer, or for a datagram's sender, it reads the service address.
 */
import {
  BPF_ANY,
  be16,
  cgroupConnect4,
  cgroupGetpeername4,
  cgroupRecvmsg4,
  cgroupSendmsg4,
  getSocketCookie,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SOCK_ALLOW,
  SOCK_DENY,
  type SockAddr,
  be32 as toBe32,
  u8,
  u32,
} from '@sluice/compiler/bpf';
import {
  DROP_NO_SERVICE,
  EVENT_DROP,
  EVENT_REVERSE,
  EVENT_SERVICE,
  POINT_SOCKET,
  SCOPE_INTERNAL,
} from './constants.ts';
import { backends, socket_peers } from './maps.bpf.ts';
import { Flow, ServiceAddress, SocketKey } from './records.bpf.ts';
import { chooseBackend, findService } from './service.bpf.ts';
import { tell } from './tell.bpf.ts';

export const license = 'Dual MIT/GPL';

/** Rewrites the destination a process asked for. Returns SOCK_DENY where the service has nobody behind it. */
function translate(ctx: SockAddr): number {
  if (ctx.protocol !== IPPROTO_TCP && ctx.protocol !== IPPROTO_UDP) return SOCK_ALLOW;
  const flow = new Flow();
  flow.point = POINT_SOCKET;
  flow.protocol = u8(ctx.protocol);
  flow.dst = ctx.user_ip4;
  flow.dstPort = be16(ctx.user_port);
  const service = findService(flow.dst, flow.dstPort, flow.protocol, SCOPE_INTERNAL);
  if (service === null) return SOCK_ALLOW;
  flow.service = service.service;
  if (service.count === 0) return deny(flow);
  const chosen = chooseBackend(flow.dst, flow.dstPort, flow.protocol, SCOPE_INTERNAL, u32(service.count));
  const backend = backends.lookup(chosen);
  if (backend === null) return deny(flow);
  remember(ctx, flow, backend.address, backend.port);
  ctx.user_ip4 = backend.address;
  ctx.user_port = toBe32(backend.port);
  flow.dst = backend.address;
  flow.dstPort = backend.port;
  tell(flow, EVENT_SERVICE, 0, u32(flow.service));
  return SOCK_ALLOW;
}

function deny(flow: Flow): number {
  tell(flow, EVENT_DROP, DROP_NO_SERVICE, u32(flow.service));
  return SOCK_DENY;
}

/** Notes which service address this socket's backend stands for. */
function remember(ctx: SockAddr, flow: Flow, address: toBe32, port: be16): void {
  const key = new SocketKey();
  key.cookie = getSocketCookie(ctx);
  key.address = address;
  key.port = port;
  const original = new ServiceAddress();
  original.address = flow.dst;
  original.port = flow.dstPort;
  socket_peers.update(key, original, BPF_ANY);
}

/** Shows the process the service address in place of the backend's. */
function translateBack(ctx: SockAddr): number {
  const key = new SocketKey();
  key.cookie = getSocketCookie(ctx);
  key.address = ctx.user_ip4;
  key.port = be16(ctx.user_port);
  const original = socket_peers.lookup(key);
  if (original === null) return SOCK_ALLOW;
  const flow = new Flow();
  flow.point = POINT_SOCKET;
  flow.protocol = u8(ctx.protocol);
  ctx.user_ip4 = original.address;
  ctx.user_port = toBe32(original.port);
  flow.src = original.address;
  flow.srcPort = original.port;
  tell(flow, EVENT_REVERSE, 0, 0);
  return SOCK_ALLOW;
}

export const sock_connect4 = cgroupConnect4((ctx) => translate(ctx));
export const sock_sendmsg4 = cgroupSendmsg4((ctx) => translate(ctx));
export const sock_recvmsg4 = cgroupRecvmsg4((ctx) => translateBack(ctx));
export const sock_getpeername4 = cgroupGetpeername4((ctx) => translateBack(ctx));
