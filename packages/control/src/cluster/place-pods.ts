import type { Problem } from '@sluice/engine';
import type { Pod } from '../objects/pod.ts';
import { selects } from '../objects/selector.ts';
import type { Workload } from '../objects/workload.ts';
import { AddressPool } from './address-pool.ts';
import type { ClusterNode, ClusterPod } from './cluster.ts';

/**
 * Adds the Pods of workloads of which no Pod is listed. Names are `name-1…n` for a Deployment or ReplicaSet (in a real
 * cluster they end in random letters), `name-0…` for a StatefulSet, `name-<node>` for a DaemonSet.
 */
export function expandWorkloads(
  pods: readonly Pod[],
  workloads: readonly Workload[],
  nodeNames: readonly string[],
): Pod[] {
  const all = [...pods];
  for (const workload of workloads) {
    const listed = pods.some((pod) => pod.namespace === workload.namespace && selects(workload.selector, pod.labels));
    if (!listed) all.push(...podsOf(workload, nodeNames));
  }
  return all;
}

function podsOf(workload: Workload, nodeNames: readonly string[]): Pod[] {
  const common = {
    ref: workload.ref,
    namespace: workload.namespace,
    ...workload.template,
    ready: true,
    finished: false,
  };
  if (workload.kind === 'DaemonSet') {
    return nodeNames.map((nodeName) => ({ ...common, name: `${workload.name}-${nodeName}`, nodeName }));
  }
  const first = workload.kind === 'StatefulSet' ? 0 : 1;
  return Array.from({ length: workload.replicas }, (_, i) => ({ ...common, name: `${workload.name}-${i + first}` }));
}

/** Gives every Pod a node and an address. What had to be chosen is said in `assumptions`. */
export function placePods(
  pods: readonly Pod[],
  nodes: readonly ClusterNode[],
  assumptions: string[],
  problems: Problem[],
): ClusterPod[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const taken = new Set(pods.flatMap((pod) => (pod.ip === undefined ? [] : [pod.ip])));
  const pools = new Map(nodes.map((node) => [node.name, new AddressPool(node.podCidr, taken)]));
  const placed: ClusterPod[] = [];
  let turn = 0;
  for (const pod of pods.filter((p) => !p.finished)) {
    let node = pod.nodeName === undefined ? undefined : byName.get(pod.nodeName);
    if (pod.nodeName !== undefined && !node) {
      problems.push(missingNode(pod, nodes));
      continue;
    }
    if (!node) {
      node = nodes[turn++ % nodes.length] as ClusterNode;
      assumptions.push(`${pod.namespace}/${pod.name} is taken to run on ${node.name}`);
    }
    const ip = pod.hostNetwork ? node.ip : (pod.ip ?? pools.get(node.name)?.take());
    if (ip === undefined) {
      problems.push({
        ...at(pod),
        severity: 'error',
        code: 'K014',
        message: `no address left on ${node.name} for Pod ${pod.namespace}/${pod.name}`,
      });
      continue;
    }
    placed.push({ pod, node, ip });
  }
  return placed;
}

const at = (pod: Pod) => ({
  ...(pod.ref.file ? { file: pod.ref.file } : {}),
  ...(pod.ref.line ? { line: pod.ref.line } : {}),
});

function missingNode(pod: Pod, nodes: readonly ClusterNode[]): Problem {
  return {
    ...at(pod),
    severity: 'error',
    code: 'K013',
    message: `Pod ${pod.namespace}/${pod.name} runs on ${pod.nodeName}, which is not a Node of these manifests`,
    field: 'spec.nodeName',
    remedy: `nodes are ${nodes.map((node) => node.name).join(', ')}`,
  };
}
