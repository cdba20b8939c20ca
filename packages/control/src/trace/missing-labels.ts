import type { ClusterPod } from '../cluster/cluster.ts';
import type { NetworkPolicy, PolicyDirection } from '../objects/network-policy.ts';
import type { ClusterState } from '../state/cluster-state.ts';

/** The label that every namespace has, whether or not it is described. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

/**
 * Labels that a verdict of policy between two Pods depends on and that are not known: those of a namespace that no
 * Namespace object describes, where a policy selects namespaces by them.
 */
export function missingLabels(state: ClusterState, from: ClusterPod | undefined, to: ClusterPod | undefined): string[] {
  return [...askedOf(state, from, 'egress', to), ...askedOf(state, to, 'ingress', from)];
}

function askedOf(
  state: ClusterState,
  subject: ClusterPod | undefined,
  direction: PolicyDirection,
  peer: ClusterPod | undefined,
): string[] {
  const endpoint = state.endpoints.find(({ pod }) => pod === subject);
  if (!endpoint || !peer || !state.cluster.undeclaredNamespaces.has(peer.pod.namespace)) return [];
  return endpoint.policy.isolatedBy[direction]
    .filter((policy) => asksForLabels(policy, direction))
    .map((policy) => {
      const { namespace } = peer.pod;
      return `the labels of namespace ${namespace}, which NetworkPolicy ${policy.namespace}/${policy.name} asks for: no Namespace object is given`;
    });
}

function asksForLabels(policy: NetworkPolicy, direction: PolicyDirection): boolean {
  return policy[direction].some((rule) =>
    rule.peers?.some(
      (peer) =>
        peer.kind === 'pods' && peer.namespaces !== 'own' && peer.namespaces.terms.some((t) => t.key !== NAME_LABEL),
    ),
  );
}
