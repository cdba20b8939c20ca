import type { Problem } from '@sluice/engine';
import { type ManifestSource, readManifests } from '../manifest/read-manifests.ts';
import { readObjects } from '../objects/objects.ts';
import type { Cluster } from './cluster.ts';
import { placeNodes } from './place-nodes.ts';
import { expandWorkloads, placePods } from './place-pods.ts';
import { placeServices } from './place-services.ts';

/**
 * From manifest texts to the whole cluster they describe. Everything wrong with them is in `problems`, with file and
 * line; what they leave open is settled the same way every time and said in `assumptions`.
 */
export function buildCluster(sources: readonly ManifestSource[]): Cluster {
  const { manifests, problems } = readManifests(sources);
  const objects = readObjects(manifests, problems);
  if (manifests.length === 0 && problems.length === 0) problems.push(nothingToRead(sources));
  const assumptions: string[] = [];
  const nodes = placeNodes(objects.nodes, objects.pods, assumptions);
  const nodeNames = nodes.map((node) => node.name);
  const allPods = expandWorkloads(objects.pods, objects.workloads, nodeNames);
  const pods = placePods(allPods, nodes, assumptions, problems);
  const namespaces = new Map<string, Readonly<Record<string, string>>>();
  const names = new Set([...objects.namespaces.keys(), ...pods.map(({ pod }) => pod.namespace)]);
  for (const name of names) {
    namespaces.set(name, { ...objects.namespaces.get(name)?.labels, 'kubernetes.io/metadata.name': name });
  }
  return {
    nodes,
    pods,
    services: placeServices(objects.services, objects.endpointSlices, pods, problems),
    policies: objects.policies,
    namespaces,
    undeclaredNamespaces: new Set([...names].filter((name) => !objects.namespaces.has(name))),
    unreadPolicies: objects.unreadPolicies,
    assumptions,
    problems,
  };
}

function nothingToRead(sources: readonly ManifestSource[]): Problem {
  const where =
    sources.length === 0 ? 'no manifest file found' : `${sources[0]?.file ?? 'input'} holds no Kubernetes object`;
  return { severity: 'error', code: 'K015', message: where, remedy: 'give -f a YAML file or a folder of them' };
}
