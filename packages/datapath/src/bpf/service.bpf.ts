import { type be16, type be32, getPrandomU32, ktimeGetNs, type SkBuff, type u8, u32 } from '@sluice/compiler/bpf';
import { conntrackCreate, forwardKey } from './conntrack.bpf.ts';
import { CT_SERVICE, DROP_NO_SERVICE, DROP_NOT_ROUTABLE, EVENT_SERVICE, SERVICE_CLUSTER_IP } from './constants.ts';
import { backends, conntrack, services } from './maps.bpf.ts';
import { type Backend, ConnKey, type Flow, type ServiceEntry, ServiceKey } from './records.bpf.ts';
import { rewriteDestination } from './rewrite.bpf.ts';
import { tell } from './tell.bpf.ts';

/** The service at an address and port, or null. */
export function findService(address: be32, port: be16, protocol: u8, scope: u8): ServiceEntry | null {
  const key = new ServiceKey();
  key.address = address;
  key.port = port;
  key.protocol = protocol;
  key.scope = scope;
  return services.lookup(key);
}

/** Number of one of `count` backends, chosen by chance; 0 where the slot is empty. */
export function chooseBackend(address: be32, port: be16, protocol: u8, scope: u8, count: u32): u32 {
  const key = new ServiceKey();
  key.address = address;
  key.port = port;
  key.protocol = protocol;
  key.scope = scope;
  key.slot = 1 + (getPrandomU32() % count);
  const slot = services.lookup(key);
  return slot === null ? 0 : slot.backend;
}

/** The backend that this client and service address were given before, while it still exists; else null. */
function pinnedBackend(flow: Flow): Backend | null {
  const key = new ConnKey();
  forwardKey(flow, key, CT_SERVICE);
  const entry = conntrack.lookup(key);
  if (entry === null || entry.expires < ktimeGetNs()) return null;
  return backends.lookup(entry.backend);
}

/**
 * Translates a packet to a service address into one to a backend, the same for all packets of a connection. Sets
 * `flow.service`. Returns 0 (also where the destination is no service) or a DROP_*.
 */
export function translateService(ctx: SkBuff, flow: Flow, scope: u8): u8 {
  const service = findService(flow.dst, flow.dstPort, flow.protocol, scope);
  if (service === null) return 0;
  flow.service = service.service;
  if ((service.flags & SERVICE_CLUSTER_IP) !== 0) return DROP_NOT_ROUTABLE;
  if (service.count === 0) return DROP_NO_SERVICE;
  let backend = pinnedBackend(flow);
  if (backend === null) {
    const chosen = chooseBackend(flow.dst, flow.dstPort, flow.protocol, scope, u32(service.count));
    backend = backends.lookup(chosen);
    if (backend === null) return DROP_NO_SERVICE;
    conntrackCreate(flow, CT_SERVICE, chosen);
  }
  const failed = rewriteDestination(ctx, flow, backend.address, backend.port);
  if (failed !== 0) return failed;
  tell(flow, EVENT_SERVICE, 0, u32(flow.service));
  return 0;
}
