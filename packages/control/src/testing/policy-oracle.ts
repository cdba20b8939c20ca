/**
 * NetworkPolicy decided straight from its definition, with nothing of Sluice in it: the other opinion in tests.
 * Spec: https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export interface OraclePod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface OraclePolicy {
  readonly namespace: string;
  readonly name: string;
  readonly spec: {
    readonly podSelector: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly policyTypes: readonly ('Ingress' | 'Egress')[];
    readonly ingress: readonly OracleRule[];
    readonly egress: readonly OracleRule[];
  };
}

export interface OracleRule {
  readonly from?: readonly OraclePeer[];
  readonly to?: readonly OraclePeer[];
  readonly ports?: readonly { readonly protocol: string; readonly port?: number; readonly endPort?: number }[];
}

export interface OraclePeer {
  readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly namespaceSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
}

type Labels = Readonly<Record<string, string>>;

/** Whether a TCP connection from one Pod to a port of another is admitted on both sides. */
export function mayConnect(policies: readonly OraclePolicy[], from: OraclePod, to: OraclePod, port: number): boolean {
  return admits(policies, 'Egress', from, to, port) && admits(policies, 'Ingress', to, from, port);
}

function admits(
  policies: readonly OraclePolicy[],
  type: 'Ingress' | 'Egress',
  subject: OraclePod,
  peer: OraclePod,
  port: number,
): boolean {
  const isolating = policies.filter(
    (policy) =>
      policy.namespace === subject.namespace &&
      policy.spec.policyTypes.includes(type) &&
      matches(policy.spec.podSelector.matchLabels, subject.labels),
  );
  if (isolating.length === 0) return true;
  return isolating.some((policy) =>
    (type === 'Ingress' ? policy.spec.ingress : policy.spec.egress).some((rule) => {
      const peers = type === 'Ingress' ? rule.from : rule.to;
      const peerFits = peers === undefined || peers.some((candidate) => fits(candidate, policy.namespace, peer));
      return peerFits && portFits(rule, port);
    }),
  );
}

function fits(peer: OraclePeer, namespace: string, pod: OraclePod): boolean {
  const inNamespace = peer.namespaceSelector
    ? matches(peer.namespaceSelector.matchLabels, { 'kubernetes.io/metadata.name': pod.namespace })
    : pod.namespace === namespace;
  return inNamespace && (peer.podSelector === undefined || matches(peer.podSelector.matchLabels, pod.labels));
}

function portFits(rule: OracleRule, port: number): boolean {
  if (rule.ports === undefined) return true;
  return rule.ports.some(
    (candidate) =>
      candidate.protocol === 'TCP' &&
      (candidate.port === undefined || (port >= candidate.port && port <= (candidate.endPort ?? candidate.port))),
  );
}

function matches(wanted: Labels | undefined, labels: Labels): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => labels[key] === value);
}
