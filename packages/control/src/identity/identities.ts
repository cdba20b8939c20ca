import type { Ipv4Prefix } from '@sluice/wire';
import type { Cluster, ClusterPod } from '../cluster/cluster.ts';

/**
 * Security identities: a number for each distinct set of labels, so that policy is decided by number. Numbers below 256
 * are reserved as in Cilium; prefixes named by policies get numbers of their own range.
 */
export const IDENTITY = { WILDCARD: 0, HOST: 1, WORLD: 2, REMOTE_NODE: 6 } as const;

export interface PodIdentity {
  readonly id: number;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly pods: readonly ClusterPod[];
}

export interface CidrIdentity {
  readonly id: number;
  readonly prefix: Ipv4Prefix;
}

export interface Identities {
  readonly pods: readonly PodIdentity[];
  readonly cidrs: readonly CidrIdentity[];
  /** Identity number of a Pod; HOST for one in its node's own network. */
  of(pod: ClusterPod): number;
}

/** Numbers identities in the order of their labels' text, so that equal clusters get equal numbers. */
export function allocateIdentities(cluster: Cluster): Identities {
  const groups = new Map<string, ClusterPod[]>();
  for (const pod of cluster.pods) {
    if (pod.pod.hostNetwork) continue;
    const key = labelText(pod);
    const group = groups.get(key);
    if (group) group.push(pod);
    else groups.set(key, [pod]);
  }
  const byPod = new Map<ClusterPod, number>();
  const pods = [...groups.keys()].sort().map((key, i): PodIdentity => {
    const members = groups.get(key) as ClusterPod[];
    const id = FIRST_POD_IDENTITY + i;
    for (const member of members) byPod.set(member, id);
    const { namespace, labels } = (members[0] as ClusterPod).pod;
    return { id, namespace, labels, pods: members };
  });
  return { pods, cidrs: allocateCidrs(cluster), of: (pod) => byPod.get(pod) ?? IDENTITY.HOST };
}

function labelText({ pod }: ClusterPod): string {
  const labels = Object.entries(pod.labels).map(([key, value]) => `${key}=${value}`);
  return [pod.namespace, ...labels.sort()].join('\n');
}

/** Every prefix that a policy names, blocks and exceptions alike. */
function allocateCidrs(cluster: Cluster): CidrIdentity[] {
  const prefixes = new Map<string, Ipv4Prefix>();
  for (const policy of cluster.policies) {
    for (const peer of [...policy.ingress, ...policy.egress].flatMap((rule) => rule.peers ?? [])) {
      if (peer.kind !== 'ip-block') continue;
      for (const prefix of [peer.block, ...peer.except]) prefixes.set(`${prefix.address}/${prefix.length}`, prefix);
    }
  }
  const sorted = [...prefixes.values()].sort((a, b) => a.address - b.address || a.length - b.length);
  return sorted.map((prefix, i) => ({ id: FIRST_CIDR_IDENTITY + i, prefix }));
}

const FIRST_POD_IDENTITY = 256;
const FIRST_CIDR_IDENTITY = 1 << 24;
