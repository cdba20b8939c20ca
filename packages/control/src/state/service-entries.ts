import { SCOPE_EXTERNAL, SCOPE_INTERNAL, SERVICE_CLUSTER_IP } from '@sluice/datapath';
import type { Because } from '@sluice/engine';
import type { Backend, ClusterNode } from '../cluster/cluster.ts';
import { IPPROTO } from '../objects/protocol.ts';
import type { ClusterState, Frontend } from './cluster-state.ts';
import type { MapEntry } from './map-entry.ts';

/** Service map entries of one node: each address of a service with the backends that this node may choose. */
export function serviceEntries(state: ClusterState, node: ClusterNode): MapEntry[] {
  const numbers = numberBackends(state);
  const entries: MapEntry[] = [];
  for (const { key, backend, protocol, because } of numbers.values()) {
    const value = { address: backend.ip, port: backend.port, protocol };
    entries.push({ map: 'backends', key, value, because });
  }
  for (const frontend of state.frontends) {
    const because = serviceBecause(frontend);
    const value = { address: frontend.address, port: frontend.port };
    entries.push({ map: 'service_addrs', key: frontend.id, value, because });
    for (const scope of scopesOf(frontend, node)) entries.push(...scopeEntries(frontend, scope, numbers, because));
  }
  return entries;
}

/** A frontend as seen from inside or outside the cluster, with the backends to choose from. */
interface Scope {
  readonly scope: number;
  readonly flags: number;
  readonly backends: readonly Backend[];
}

function scopesOf(frontend: Frontend, node: ClusterNode): Scope[] {
  const { backends } = frontend.servicePort;
  const { service } = frontend.service;
  const local = backends.filter((backend) => backend.nodeName === node.name);
  if (frontend.node === undefined) {
    const inside = service.internalTrafficPolicy === 'Local' ? local : backends;
    return [
      { scope: SCOPE_INTERNAL, flags: 0, backends: inside },
      { scope: SCOPE_EXTERNAL, flags: SERVICE_CLUSTER_IP, backends: [] },
    ];
  }
  // From inside, a node's port leads to every backend, whatever the policy for traffic from outside.
  const scopes: Scope[] = [{ scope: SCOPE_INTERNAL, flags: 0, backends }];
  if (frontend.node !== node) return scopes;
  return [
    ...scopes,
    { scope: SCOPE_EXTERNAL, flags: 0, backends: service.externalTrafficPolicy === 'Local' ? local : backends },
  ];
}

function scopeEntries(frontend: Frontend, scope: Scope, numbers: BackendNumbers, because: Because): MapEntry[] {
  const protocol = IPPROTO[frontend.servicePort.port.protocol];
  const key = { address: frontend.address, port: frontend.port, protocol, scope: scope.scope };
  const head = { count: scope.backends.length, service: frontend.id, flags: scope.flags };
  const slots = scope.backends.map((backend, i): MapEntry => {
    const number = numbers.get(backendKey(protocol, backend))?.key ?? 0;
    return { map: 'services', key: { ...key, slot: i + 1 }, value: { backend: number }, because };
  });
  return [{ map: 'services', key: { ...key, slot: 0 }, value: head, because }, ...slots];
}

type BackendNumbers = ReadonlyMap<
  string,
  { readonly key: number; readonly backend: Backend; readonly protocol: number; readonly because: Because }
>;

const backendKey = (protocol: number, { ip, port }: Backend): string => `${protocol} ${ip} ${port}`;

/** Numbers backends over the whole cluster, from 1. */
function numberBackends(state: ClusterState): BackendNumbers {
  const numbers = new Map<string, { key: number; backend: Backend; protocol: number; because: Because }>();
  for (const frontend of state.frontends) {
    const protocol = IPPROTO[frontend.servicePort.port.protocol];
    for (const backend of frontend.servicePort.backends) {
      const id = backendKey(protocol, backend);
      if (!numbers.has(id))
        numbers.set(id, { key: numbers.size + 1, backend, protocol, because: serviceBecause(frontend) });
    }
  }
  return numbers;
}

/** How a service address is named to people, and the object behind it. */
export function serviceBecause({ service, servicePort, node }: Frontend): Because {
  const { namespace, name } = service.service;
  const { port, protocol, ref } = servicePort.port;
  const where = node ? `node port ${servicePort.nodePort}` : `port ${port}`;
  return { kind: 'service', text: `Service ${namespace}/${name} ${where}/${protocol.toLowerCase()}`, object: ref };
}
