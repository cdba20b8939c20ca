import type { ClusterNode } from '../cluster/cluster.ts';
import { type EndpointLink, endpointEntries, ipcacheEntries } from './address-entries.ts';
import type { ClusterState, EndpointState } from './cluster-state.ts';
import type { MapEntry } from './map-entry.ts';
import { policyEntries } from './policy-entries.ts';
import { serviceEntries } from './service-entries.ts';

/** Everything that one node's maps must hold. */
export function nodeEntries(
  state: ClusterState,
  node: ClusterNode,
  linkOf: (endpoint: EndpointState) => EndpointLink,
): MapEntry[] {
  const own = state.endpoints.filter((endpoint) => endpoint.pod.node === node);
  return [
    ...endpointEntries(state, node, linkOf),
    ...ipcacheEntries(state, node),
    ...own.flatMap((endpoint) => policyEntries(state, endpoint)),
    ...serviceEntries(state, node),
  ];
}
