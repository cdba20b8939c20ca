import type { ObjectRef, Problem } from '@sluice/engine';
import { type Manifest, refOf } from '../manifest/read-manifests.ts';
import { type EndpointSlice, readEndpointSlice } from './endpoint-slice.ts';
import { type NetworkPolicy, readNetworkPolicy } from './network-policy.ts';
import { type Node, readNode } from './node.ts';
import { type Pod, readPod } from './pod.ts';
import { readService, type Service } from './service.ts';
import { readWorkload, type Workload } from './workload.ts';

/** All objects of a set of manifests that the network depends on. */
export interface Objects {
  readonly namespaces: Map<string, { readonly ref: ObjectRef; readonly labels: Readonly<Record<string, string>> }>;
  readonly nodes: Node[];
  readonly pods: Pod[];
  readonly workloads: Workload[];
  readonly services: Service[];
  readonly endpointSlices: EndpointSlice[];
  readonly policies: NetworkPolicy[];
  /** Policies of kinds that are not read: any verdict they might change is undecidable. */
  readonly unreadPolicies: ObjectRef[];
}

/** Sorts manifests into typed objects; problems go where the manifests' own problems go. */
export function readObjects(manifests: readonly Manifest[], problems: Problem[]): Objects {
  const objects: Objects = {
    namespaces: new Map(),
    nodes: [],
    pods: [],
    workloads: [],
    services: [],
    endpointSlices: [],
    policies: [],
    unreadPolicies: [],
  };
  const seen = new Map<string, Manifest>();
  for (const manifest of manifests) {
    const id = `${manifest.apiVersion.split('/')[0]} ${manifest.kind} ${manifest.namespace}/${manifest.name}`;
    const earlier = seen.get(id);
    if (earlier) {
      const where = `${earlier.root.context.file}:${earlier.root.line}`;
      manifest.root.report(
        'K007',
        `${manifest.kind} ${displayName(manifest)} is already given at ${where}`,
        'remove one',
      );
      continue;
    }
    seen.set(id, manifest);
    readObject(manifest, objects, problems);
  }
  return objects;
}

const displayName = (m: Manifest): string => (m.namespace ? `${m.namespace}/${m.name}` : m.name);

function readObject(manifest: Manifest, objects: Objects, problems: Problem[]): void {
  if (isUnreadPolicy(manifest)) {
    objects.unreadPolicies.push(refOf(manifest));
    const kind = manifest.root.child('kind');
    kind.report(
      'K012',
      `${manifest.kind} ${displayName(manifest)} is not read: verdicts it could change are undecidable`,
      undefined,
      'warning',
    );
    return;
  }
  switch (manifest.kind) {
    case 'Namespace': {
      const labels = manifest.root.child('metadata').child('labels').labels();
      objects.namespaces.set(manifest.name, { ref: refOf(manifest), labels });
      return;
    }
    case 'Node':
      objects.nodes.push(readNode(manifest));
      return;
    case 'Pod':
      objects.pods.push(readPod(manifest));
      return;
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'DaemonSet':
      objects.workloads.push(readWorkload(manifest));
      return;
    case 'Service':
      objects.services.push(readService(manifest));
      return;
    case 'EndpointSlice':
      objects.endpointSlices.push(readEndpointSlice(manifest));
      return;
    case 'NetworkPolicy':
      objects.policies.push(readNetworkPolicy(manifest));
      return;
    default:
      if (NO_PACKETS.has(manifest.kind)) return;
      problems.push({
        severity: 'warning',
        code: 'K006',
        message: `kind ${manifest.kind} is not known and is left out`,
        file: manifest.root.context.file,
        line: manifest.root.child('kind').line,
        field: 'kind',
      });
  }
}

function isUnreadPolicy({ kind, apiVersion }: Manifest): boolean {
  if (kind === 'NetworkPolicy') return !apiVersion.startsWith('networking.k8s.io/');
  return POLICY_KINDS.has(kind);
}

const POLICY_KINDS: ReadonlySet<string> = new Set([
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
  'GlobalNetworkPolicy',
  'StagedNetworkPolicy',
]);

/** Kinds that are common in manifests and move no packet. */
const NO_PACKETS: ReadonlySet<string> = new Set([
  'ConfigMap',
  'Secret',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'StorageClass',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'LimitRange',
  'ResourceQuota',
  'PriorityClass',
  'CustomResourceDefinition',
  'Event',
]);
