import { ENDPOINT_HOST } from '@sluice/datapath';
import { parseMac } from '@sluice/wire';
import type { ClusterNode } from '../cluster/cluster.ts';
import { IDENTITY } from '../identity/identities.ts';
import type { ClusterState, EndpointState } from './cluster-state.ts';
import type { MapEntry } from './map-entry.ts';

/** The device pair of a Pod, once it exists. */
export interface EndpointLink {
  /** Interface index of the node's side. */
  readonly ifindex: number;
  readonly mac: string;
  readonly nodeMac: string;
}

/** Who lives on this node: its Pods by address and by device, and the node itself. */
export function endpointEntries(
  state: ClusterState,
  node: ClusterNode,
  linkOf: (endpoint: EndpointState) => EndpointLink,
): MapEntry[] {
  const entries: MapEntry[] = state.endpoints
    .filter((endpoint) => endpoint.pod.node === node)
    .flatMap((endpoint) => podEntries(endpoint, linkOf(endpoint)));
  const because = { kind: 'endpoint', text: `${node.name} itself` } as const;
  entries.push({ map: 'endpoints', key: node.ip, value: { identity: IDENTITY.HOST, flags: ENDPOINT_HOST }, because });
  return entries;
}

function podEntries(endpoint: EndpointState, link: EndpointLink): MapEntry[] {
  const { pod, ip } = endpoint.pod;
  const because = { kind: 'endpoint', text: `Pod ${pod.namespace}/${pod.name}`, object: pod.ref } as const;
  const { id, identity } = endpoint;
  const value = { ifindex: link.ifindex, identity, id, mac: macBytes(link.mac), nodeMac: macBytes(link.nodeMac) };
  return [
    { map: 'endpoints', key: ip, value, because },
    { map: 'endpoint_devs', key: link.ifindex, value: { ip, identity, id }, because },
  ];
}

/** Who has which address, cluster-wide, as seen from one node. */
export function ipcacheEntries(state: ClusterState, node: ClusterNode): MapEntry[] {
  const entries: MapEntry[] = [];
  for (const { id, prefix } of state.identities.cidrs) {
    const text = `a policy names this block`;
    const key = { prefixLen: prefix.length, ip: prefix.address };
    entries.push({ map: 'ipcache', key, value: { identity: id }, because: { kind: 'identity', text } });
  }
  for (const other of state.cluster.nodes) {
    const identity = other === node ? IDENTITY.HOST : IDENTITY.REMOTE_NODE;
    const because = { kind: 'identity', text: `node ${other.name}` } as const;
    const value = { identity, node: other.ip };
    entries.push({ map: 'ipcache', key: { prefixLen: 32, ip: other.ip }, value, because });
  }
  for (const { pod, identity } of state.endpoints) {
    const text = `Pod ${pod.pod.namespace}/${pod.pod.name}`;
    const key = { prefixLen: 32, ip: pod.ip };
    const because = { kind: 'identity', text, object: pod.pod.ref } as const;
    entries.push({ map: 'ipcache', key, value: { identity, node: pod.node.ip }, because });
  }
  return entries;
}

function macBytes(text: string): Uint8Array {
  const bytes = parseMac(text);
  if (!bytes) throw new Error(`assertion: the kernel named a device's address '${text}'`);
  return bytes;
}
