import type { Node } from '../objects/node.ts';
import type { Pod } from '../objects/pod.ts';
import type { ClusterNode } from './cluster.ts';

/**
 * The nodes of a cluster: those listed, or those that Pods name, or one. Addresses not given are made up from
 * 172.18.0.0/16 (nodes) and 10.244.0.0/16 (their Pods), and said in `assumptions`.
 */
export function placeNodes(listed: readonly Node[], pods: readonly Pod[], assumptions: string[]): ClusterNode[] {
  const nodes = listed.length > 0 ? [...listed] : inventedNodes(pods, assumptions);
  const takenIps = new Set(nodes.map((node) => node.internalIp));
  const takenCidrs = new Set(nodes.map((node) => node.podCidr?.address));
  return nodes.map((node, i) => {
    const index = i + 1;
    return {
      name: node.name,
      index,
      ip: node.internalIp ?? firstFree(FIRST_NODE_IP + i, 1, takenIps),
      podCidr: node.podCidr ?? { address: firstFree(FIRST_POD_CIDR + index * 256, 256, takenCidrs), length: 24 },
      ...('file' in node.ref ? { ref: node.ref } : {}),
    };
  });
}

function inventedNodes(pods: readonly Pod[], assumptions: string[]): Node[] {
  const named = [...new Set(pods.flatMap((pod) => (pod.nodeName ? [pod.nodeName] : [])))].sort();
  const names = named.length > 0 ? named : ['node-1'];
  assumptions.push(
    `no Node is given: the cluster has ${names.length === 1 ? 'one node,' : 'the nodes'} ${names.join(', ')}`,
  );
  return names.map((name) => ({ ref: { kind: 'Node', name }, name, labels: {} }));
}

function firstFree(from: number, step: number, taken: Set<number | undefined>): number {
  let candidate = from;
  while (taken.has(candidate)) candidate += step;
  taken.add(candidate);
  return candidate >>> 0;
}

/** 172.18.0.11 */
const FIRST_NODE_IP = 0xac12_000b;
/** 10.244.0.0 */
const FIRST_POD_CIDR = 0x0af4_0000;
