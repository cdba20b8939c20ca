import { buildCluster } from '../cluster/build-cluster.ts';
import type { Cluster } from '../cluster/cluster.ts';

/** A cluster from YAML text. */
export const clusterOf = (text: string): Cluster => buildCluster([{ file: 'test.yaml', text }]);

/** A Pod manifest in one line's worth of facts. */
export function pod(
  name: string,
  labels: Record<string, string>,
  options: { node?: string; ports?: number[]; namespace?: string } = {},
): string {
  const ports = (options.ports ?? []).map((port) => `{ containerPort: ${port} }`).join(', ');
  return `---
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: ${options.namespace ?? 'shop'}, labels: ${JSON.stringify(labels)} }
spec: { ${options.node ? `nodeName: ${options.node}, ` : ''}containers: [{ name: c, ports: [${ports}] }] }
`;
}

/** A NetworkPolicy with its spec as JSON, which is YAML. */
export function policy(name: string, spec: unknown, namespace = 'shop'): string {
  return `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${JSON.stringify(spec)}
`;
}

export const codesOf = (cluster: Cluster): string[] => cluster.problems.map((problem) => problem.code);
