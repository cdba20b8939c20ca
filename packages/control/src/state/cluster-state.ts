import type { Cluster, ClusterNode, ClusterPod, ClusterService, ClusterServicePort } from '../cluster/cluster.ts';
import { allocateIdentities, type Identities } from '../identity/identities.ts';
import { type EndpointPolicy, type PolicyOrigin, resolvePolicy } from '../policy/resolve-policy.ts';

/** A Pod with its own place in the datapath. */
export interface EndpointState {
  readonly pod: ClusterPod;
  /** Numbers Pods of the whole cluster from 1; 16 bits. */
  readonly id: number;
  readonly identity: number;
  readonly policy: EndpointPolicy;
}

/** An address and port at which a Service is reached, under its number in the maps. */
export interface Frontend {
  /** Counts from 1; 16 bits. */
  readonly id: number;
  readonly address: number;
  readonly port: number;
  /** The node whose port it is; undefined for a ClusterIP. */
  readonly node?: ClusterNode;
  readonly service: ClusterService;
  readonly servicePort: ClusterServicePort;
}

/**
 * The cluster in the datapath's terms, before it is written anywhere: numbers for Pods, identities, services and
 * backends, and what each number stands for.
 */
export interface ClusterState {
  readonly cluster: Cluster;
  readonly identities: Identities;
  readonly endpoints: readonly EndpointState[];
  readonly frontends: readonly Frontend[];
  /** Where a policy entry's cookie comes from; cookies count from 1. */
  readonly origins: readonly PolicyOrigin[];
  cookieOf(origin: PolicyOrigin): number;
}

/** Numbers everything; equal clusters get equal numbers. */
export function clusterState(cluster: Cluster): ClusterState {
  const identities = allocateIdentities(cluster);
  const endpoints = cluster.pods
    .filter(({ pod }) => !pod.hostNetwork)
    .map((pod, i) => ({
      pod,
      id: i + 1,
      identity: identities.of(pod),
      policy: resolvePolicy(cluster, identities, pod),
    }));
  const frontends = cluster.services
    .flatMap((service) => service.ports.flatMap((port) => frontendsOf(cluster, service, port)))
    .map((frontend, i) => ({ ...frontend, id: i + 1 }));
  const origins: PolicyOrigin[] = [];
  const cookies = new Map<string, number>();
  const cookieOf = (origin: PolicyOrigin): number => {
    const key = originKey(origin);
    let cookie = cookies.get(key);
    if (cookie === undefined) {
      cookie = origins.push(origin);
      cookies.set(key, cookie);
    }
    return cookie;
  };
  return { cluster, identities, endpoints, frontends, origins, cookieOf };
}

function frontendsOf(
  cluster: Cluster,
  service: ClusterService,
  servicePort: ClusterServicePort,
): Omit<Frontend, 'id'>[] {
  const { clusterIp } = service;
  if (clusterIp === undefined) return [];
  const frontends: Omit<Frontend, 'id'>[] = [{ address: clusterIp, port: servicePort.port.port, service, servicePort }];
  const { nodePort } = servicePort;
  if (nodePort === undefined) return frontends;
  for (const node of cluster.nodes) frontends.push({ address: node.ip, port: nodePort, node, service, servicePort });
  return frontends;
}

function originKey(origin: PolicyOrigin): string {
  if (origin.kind !== 'rule') return `${origin.kind} ${origin.direction}`;
  const { namespace, name, path, file } = origin.ref;
  return `rule ${file} ${namespace}/${name} ${path}`;
}
