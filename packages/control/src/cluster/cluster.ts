import type { ObjectRef, Problem } from '@sluice/engine';
import type { Ipv4Prefix } from '@sluice/wire';
import type { NetworkPolicy } from '../objects/network-policy.ts';
import type { Pod } from '../objects/pod.ts';
import type { Service, ServicePort } from '../objects/service.ts';

/** A Node with the addresses it has or was given. */
export interface ClusterNode {
  readonly name: string;
  readonly ref?: ObjectRef;
  /** Numbers nodes from 1, for addresses and names made up for them. */
  readonly index: number;
  readonly ip: number;
  readonly podCidr: Ipv4Prefix;
}

/** A Pod on its node with its address. */
export interface ClusterPod {
  readonly pod: Pod;
  readonly node: ClusterNode;
  readonly ip: number;
}

/** One address that a Service's port leads to. */
export interface Backend {
  readonly ip: number;
  readonly port: number;
  /** The Pod behind it, where it is one of the cluster's. */
  readonly pod?: ClusterPod;
  readonly nodeName?: string;
}

export interface ClusterServicePort {
  readonly port: ServicePort;
  readonly nodePort?: number;
  readonly backends: readonly Backend[];
}

export interface ClusterService {
  readonly service: Service;
  /** undefined: headless or ExternalName. */
  readonly clusterIp?: number;
  readonly ports: readonly ClusterServicePort[];
}

/** The cluster that a set of manifests describes, with nothing left open. */
export interface Cluster {
  readonly nodes: readonly ClusterNode[];
  readonly pods: readonly ClusterPod[];
  readonly services: readonly ClusterService[];
  readonly policies: readonly NetworkPolicy[];
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Namespaces that Pods are in and that no Namespace object describes: their labels are not known. */
  readonly undeclaredNamespaces: ReadonlySet<string>;
  readonly unreadPolicies: readonly ObjectRef[];
  /** What the manifests leave open and was settled: placements and addresses. */
  readonly assumptions: readonly string[];
  readonly problems: readonly Problem[];
}
