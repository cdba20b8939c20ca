import type { ObjectRef } from '@sluice/engine';
import { type Manifest, refOf } from '../manifest/read-manifests.ts';
import { type Pod, readPodSpec } from './pod.ts';
import { readSelector, type Selector } from './selector.ts';

export type WorkloadKind = 'Deployment' | 'ReplicaSet' | 'StatefulSet' | 'DaemonSet';

/** What makes Pods: its template and how many. */
export interface Workload {
  readonly ref: ObjectRef;
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
  readonly selector: Selector;
  /** Not for a DaemonSet: that has one Pod a node. */
  readonly replicas: number;
  readonly template: Pick<Pod, 'labels' | 'hostNetwork' | 'ports'>;
  /** `spec.template.spec.nodeSelector`. */
  readonly nodeSelector: Readonly<Record<string, string>>;
}

export function readWorkload(manifest: Manifest): Workload {
  const spec = manifest.root.child('spec');
  const template = spec.child('template');
  if (!template.present) template.report('K003', 'missing template');
  return {
    ref: refOf(manifest),
    kind: manifest.kind as WorkloadKind,
    namespace: manifest.namespace,
    name: manifest.name,
    selector: readSelector(spec.child('selector')),
    replicas: spec.child('replicas').integer(0, 5000) ?? 1,
    template: readPodSpec(template.child('metadata'), template.child('spec')),
    nodeSelector: template.child('spec').child('nodeSelector').labels(),
  };
}
