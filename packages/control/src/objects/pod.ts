import type { ObjectRef } from '@sluice/engine';
import { parseIpv4 } from '@sluice/wire';
import type { Field } from '../manifest/field.ts';
import { type Manifest, refOf } from '../manifest/read-manifests.ts';
import { type Protocol, readProtocol } from './protocol.ts';

export interface ContainerPort {
  readonly name?: string;
  readonly port: number;
  readonly protocol: Protocol;
}

/** A Pod as far as the network cares. Addresses are IPv4 as unsigned 32-bit numbers. */
export interface Pod {
  readonly ref: ObjectRef;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly nodeName?: string;
  readonly ip?: number;
  readonly hostNetwork: boolean;
  readonly ports: readonly ContainerPort[];
  /** Counts as a Service's endpoint. True where the manifest has no status. */
  readonly ready: boolean;
  /** Succeeded or Failed: holds no address any more. */
  readonly finished: boolean;
}

export function readPod(manifest: Manifest): Pod {
  const { root } = manifest;
  const status = root.child('status');
  const address = readIp(status.child('podIP'));
  const nodeName = root.child('spec').child('nodeName').string();
  const phase = status.child('phase').string();
  const readyCondition = status
    .child('conditions')
    .items()
    .find((condition) => condition.child('type').string() === 'Ready');
  return {
    ref: refOf(manifest),
    namespace: manifest.namespace,
    name: manifest.name,
    ...readPodSpec(root.child('metadata'), root.child('spec')),
    ...(nodeName ? { nodeName } : {}),
    ...(address !== undefined ? { ip: address } : {}),
    ready: readyCondition ? readyCondition.child('status').string() === 'True' : true,
    finished: phase === 'Succeeded' || phase === 'Failed',
  };
}

/** What a Pod and a pod template have in common. */
export function readPodSpec(metadata: Field, spec: Field): Pick<Pod, 'labels' | 'hostNetwork' | 'ports'> {
  const containers = [...spec.child('containers').items(), ...sidecars(spec)];
  const ports = containers.flatMap((container) => container.child('ports').items().flatMap(readContainerPort));
  return {
    labels: metadata.child('labels').labels(),
    hostNetwork: spec.child('hostNetwork').boolean() ?? false,
    ports,
  };
}

/** Init containers that go on running beside the others. */
const sidecars = (spec: Field): Field[] =>
  spec
    .child('initContainers')
    .items()
    .filter((container) => container.child('restartPolicy').string() === 'Always');

function readContainerPort(field: Field): ContainerPort[] {
  const port = field.child('containerPort').integer(1, 65535);
  if (port === undefined) {
    if (!field.child('containerPort').present) field.child('containerPort').report('K003', 'missing containerPort');
    return [];
  }
  if (field.child('hostPort').present) {
    field.child('hostPort').report('K012', 'hostPort is not done yet and is left out', undefined, 'warning');
  }
  const name = field.child('name').string();
  return [{ port, protocol: readProtocol(field.child('protocol')), ...(name ? { name } : {}) }];
}

/** An IPv4 address as a number; anything else is reported. */
export function readIp(field: Field): number | undefined {
  const text = field.string();
  if (text === undefined || text === '') return undefined;
  const ip = parseIpv4(text);
  if (ip !== undefined) return ip;
  if (text.includes(':'))
    return field.report('K012', `IPv6 address ${text} is left out: IPv4 only`, undefined, 'warning');
  return field.report('K008', `'${text}' is not an IPv4 address`);
}
