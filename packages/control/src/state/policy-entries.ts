import { POLICY_BITS_PEER, POLICY_BITS_PROTOCOL, POLICY_EGRESS, POLICY_INGRESS } from '@sluice/datapath';
import type { Because } from '@sluice/engine';
import type { PolicyEntry, PolicyOrigin } from '../policy/resolve-policy.ts';
import type { ClusterState, EndpointState } from './cluster-state.ts';
import type { MapEntry } from './map-entry.ts';

/** Policy map entries of one endpoint. Where two rules admit the same, the first one written is named. */
export function policyEntries(state: ClusterState, endpoint: EndpointState): MapEntry[] {
  const entries = new Map<string, MapEntry>();
  for (const entry of endpoint.policy.entries) {
    const key = policyKey(endpoint, entry);
    const id = JSON.stringify(key);
    if (entries.has(id)) continue;
    const value = { cookie: state.cookieOf(entry.origin), packets: 0n };
    entries.set(id, { map: 'policy', key, value, because: policyBecause(entry.origin, endpoint) });
  }
  return [...entries.values()];
}

function policyKey(endpoint: EndpointState, entry: PolicyEntry) {
  const prefixLen = entry.protocol === 0 ? POLICY_BITS_PEER : POLICY_BITS_PROTOCOL + entry.ports.bits;
  return {
    prefixLen,
    identity: entry.identity,
    endpoint: endpoint.id,
    direction: entry.direction === 'ingress' ? POLICY_INGRESS : POLICY_EGRESS,
    protocol: entry.protocol,
    port: entry.ports.port,
  };
}

/** Why an admission holds, for people. */
export function policyBecause(origin: PolicyOrigin, endpoint: EndpointState): Because {
  const { namespace, name } = endpoint.pod.pod;
  switch (origin.kind) {
    case 'rule': {
      const { ref } = origin;
      const text = `NetworkPolicy ${ref.namespace}/${ref.name} admits it (${ref.path})`;
      return { kind: 'policy', text, object: ref };
    }
    case 'not-selected':
      return { kind: 'default-allow', text: `no NetworkPolicy isolates ${namespace}/${name} for ${origin.direction}` };
    case 'own-node':
      return { kind: 'default-allow', text: 'a Pod and its own node may always talk' };
  }
}

/** Why nothing was admitted: who isolates the Pod, and that no rule of theirs fits. */
export function denialBecause(endpoint: EndpointState, direction: 'ingress' | 'egress', what: string): Because {
  const { namespace, name } = endpoint.pod.pod;
  const policies = endpoint.policy.isolatedBy[direction];
  const names = policies.map((policy) => `${policy.namespace}/${policy.name}`).join(', ');
  const object = policies.length === 1 ? policies[0]?.ref : undefined;
  return {
    kind: 'no-policy-rule',
    text: `${namespace}/${name} is isolated for ${direction} by NetworkPolicy ${names}, and no rule admits ${what}`,
    ...(object ? { object } : {}),
  };
}
