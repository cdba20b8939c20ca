import type { ObjectRef } from '@sluice/engine';
import type { Field } from '../manifest/field.ts';
import { type Manifest, refOf } from '../manifest/read-manifests.ts';
import { readIp } from './pod.ts';
import { type Protocol, readProtocol } from './protocol.ts';

export type ServiceType = 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';

export interface ServicePort {
  readonly ref: ObjectRef;
  readonly name: string;
  readonly port: number;
  readonly protocol: Protocol;
  /** A number, or the name of a container port. */
  readonly targetPort: number | string;
  readonly nodePort?: number;
}

export interface Service {
  readonly ref: ObjectRef;
  readonly namespace: string;
  readonly name: string;
  readonly type: ServiceType;
  /** undefined: to be allocated; 'None': headless. */
  readonly clusterIp?: number | 'None';
  /** undefined: endpoints are made by hand. */
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports: readonly ServicePort[];
  readonly externalTrafficPolicy: 'Cluster' | 'Local';
  readonly internalTrafficPolicy: 'Cluster' | 'Local';
}

export function readService(manifest: Manifest): Service {
  const spec = manifest.root.child('spec');
  const type = readType(spec.child('type'));
  const clusterIp = spec.child('clusterIP').string() === 'None' ? 'None' : readIp(spec.child('clusterIP'));
  const ports = spec
    .child('ports')
    .items()
    .flatMap((field) => readPort(manifest, field));
  if (ports.length === 0 && type !== 'ExternalName' && clusterIp !== 'None') {
    spec.child('ports').report('K003', 'a Service needs at least one port');
  }
  reportNotDone(spec, type);
  return {
    ref: refOf(manifest),
    namespace: manifest.namespace,
    name: manifest.name,
    type,
    ...(clusterIp !== undefined ? { clusterIp } : {}),
    ...(spec.child('selector').present ? { selector: spec.child('selector').labels() } : {}),
    ports,
    externalTrafficPolicy: readTrafficPolicy(spec.child('externalTrafficPolicy')),
    internalTrafficPolicy: readTrafficPolicy(spec.child('internalTrafficPolicy')),
  };
}

function readType(field: Field): ServiceType {
  const text = field.string() ?? 'ClusterIP';
  if (text === 'ClusterIP' || text === 'NodePort' || text === 'LoadBalancer' || text === 'ExternalName') return text;
  field.report('K005', `unknown Service type '${text}'`, 'ClusterIP, NodePort, LoadBalancer or ExternalName');
  return 'ClusterIP';
}

function readTrafficPolicy(field: Field): 'Cluster' | 'Local' {
  const text = field.string() ?? 'Cluster';
  if (text === 'Cluster' || text === 'Local') return text;
  field.report('K005', `unknown traffic policy '${text}'`, 'Cluster or Local');
  return 'Cluster';
}

function readPort(manifest: Manifest, field: Field): ServicePort[] {
  const port = field.child('port').integer(1, 65535);
  if (port === undefined) {
    if (!field.child('port').present) field.child('port').report('K003', 'missing port');
    return [];
  }
  const nodePort = field.child('nodePort').integer(1, 65535);
  return [
    {
      ref: refOf(manifest, field),
      name: field.child('name').string() ?? '',
      port,
      protocol: readProtocol(field.child('protocol')),
      targetPort: field.child('targetPort').integerOrString() ?? port,
      ...(nodePort !== undefined ? { nodePort } : {}),
    },
  ];
}

function reportNotDone(spec: Field, type: ServiceType): void {
  const affinity = spec.child('sessionAffinity');
  if ((affinity.string() ?? 'None') !== 'None') {
    affinity.report('K012', 'session affinity is not done yet: any backend may be chosen', undefined, 'warning');
  }
  if (spec.child('externalIPs').present) {
    spec.child('externalIPs').report('K012', 'externalIPs are not done yet and are left out', undefined, 'warning');
  }
  if (type === 'LoadBalancer') {
    spec
      .child('type')
      .report('K012', 'the load balancer outside the cluster is left out; its NodePort is there', undefined, 'warning');
  }
}
