import type { ObjectRef } from '@sluice/engine';
import { ipv4PrefixContains } from '@sluice/wire';
import type { Cluster, ClusterPod } from '../cluster/cluster.ts';
import { IDENTITY, type Identities } from '../identity/identities.ts';
import type { NetworkPolicy, Peer, PolicyDirection, PolicyPort, PolicyRule } from '../objects/network-policy.ts';
import { IPPROTO } from '../objects/protocol.ts';
import { selects } from '../objects/selector.ts';
import { type PortPrefix, portPrefixes } from './port-prefixes.ts';

/** Why an entry is there. */
export type PolicyOrigin =
  | { readonly kind: 'rule'; readonly ref: ObjectRef }
  | { readonly kind: 'not-selected'; readonly direction: PolicyDirection }
  | { readonly kind: 'own-node'; readonly direction: PolicyDirection };

/** One admission: this identity, in this direction, on these ports. Identity 0 is everybody, protocol 0 every one. */
export interface PolicyEntry {
  readonly direction: PolicyDirection;
  readonly identity: number;
  readonly protocol: number;
  readonly ports: PortPrefix;
  readonly origin: PolicyOrigin;
}

/** What holds for one Pod: what is admitted, and which policies made everything else denied. */
export interface EndpointPolicy {
  readonly entries: readonly PolicyEntry[];
  /** Policies that isolate the Pod, by direction; empty means not isolated. */
  readonly isolatedBy: Readonly<Record<PolicyDirection, readonly NetworkPolicy[]>>;
}

/** Resolves all policies for one Pod. Spec: Kubernetes NetworkPolicy, "The two sorts of Pod isolation". */
export function resolvePolicy(cluster: Cluster, identities: Identities, pod: ClusterPod): EndpointPolicy {
  const entries: PolicyEntry[] = [];
  const isolatedBy: Record<PolicyDirection, NetworkPolicy[]> = { ingress: [], egress: [] };
  const mine = cluster.policies.filter((p) => p.namespace === pod.pod.namespace && selects(p.selector, pod.pod.labels));
  for (const direction of ['ingress', 'egress'] as const) {
    isolatedBy[direction] = mine.filter((policy) => policy.directions.includes(direction));
    if (isolatedBy[direction].length === 0) {
      entries.push({
        ...EVERYTHING,
        direction,
        identity: IDENTITY.WILDCARD,
        origin: { kind: 'not-selected', direction },
      });
      continue;
    }
    entries.push({ ...EVERYTHING, direction, identity: IDENTITY.HOST, origin: { kind: 'own-node', direction } });
    for (const policy of isolatedBy[direction]) {
      for (const rule of policy[direction]) {
        entries.push(...resolveRule(cluster, identities, pod, policy, direction, rule));
      }
    }
  }
  return { entries, isolatedBy };
}

const EVERYTHING = { protocol: 0, ports: { port: 0, bits: 0 } } as const;

function resolveRule(
  cluster: Cluster,
  identities: Identities,
  pod: ClusterPod,
  policy: NetworkPolicy,
  direction: PolicyDirection,
  rule: PolicyRule,
): PolicyEntry[] {
  const sources = rule.peers
    ? rule.peers.flatMap((peer) =>
        peerIdentities(cluster, identities, policy, peer).map((id) => ({ id, ref: peer.ref })),
      )
    : [{ id: IDENTITY.WILDCARD as number, ref: rule.ref }];
  return sources.flatMap(({ id, ref }) => {
    const base = { direction, identity: id, origin: { kind: 'rule' as const, ref } };
    if (!rule.ports) return [{ ...base, ...EVERYTHING }];
    return rule.ports.flatMap((port) =>
      portsOf(port, direction === 'ingress' ? [pod] : podsWith(identities, cluster, id)).map((ports) => ({
        ...base,
        protocol: IPPROTO[port.protocol],
        ports,
      })),
    );
  });
}

/** The identities a peer stands for. An ipBlock stands for prefixes outside the cluster, less its exceptions. */
function peerIdentities(cluster: Cluster, identities: Identities, policy: NetworkPolicy, peer: Peer): number[] {
  if (peer.kind === 'ip-block') {
    return identities.cidrs
      .filter(({ prefix }) => prefix.length >= peer.block.length && ipv4PrefixContains(peer.block, prefix.address))
      .filter(
        ({ prefix }) =>
          !peer.except.some((out) => prefix.length >= out.length && ipv4PrefixContains(out, prefix.address)),
      )
      .map(({ id }) => id);
  }
  return identities.pods
    .filter(({ namespace, labels }) => {
      const inNamespace =
        peer.namespaces === 'own'
          ? namespace === policy.namespace
          : selects(peer.namespaces, cluster.namespaces.get(namespace) ?? {});
      return inNamespace && selects(peer.pods, labels);
    })
    .map(({ id }) => id);
}

/** Pods whose named ports an egress rule may mean. */
function podsWith(identities: Identities, cluster: Cluster, identity: number): readonly ClusterPod[] {
  if (identity === IDENTITY.WILDCARD) return cluster.pods;
  return identities.pods.find(({ id }) => id === identity)?.pods ?? [];
}

function portsOf(port: PolicyPort, named: readonly ClusterPod[]): PortPrefix[] {
  if (port.port === undefined) return [{ port: 0, bits: 0 }];
  if (typeof port.port === 'number') return portPrefixes(port.port, port.endPort ?? port.port);
  const numbers = named.flatMap(({ pod }) =>
    pod.ports.filter((p) => p.name === port.port && p.protocol === port.protocol),
  );
  return [...new Set(numbers.map((p) => p.port))].map((number) => ({ port: number, bits: 16 }));
}
