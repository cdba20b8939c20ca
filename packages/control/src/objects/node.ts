import type { ObjectRef } from '@sluice/engine';
import { type Ipv4Prefix, parseIpv4Prefix } from '@sluice/wire';
import { type Manifest, refOf } from '../manifest/read-manifests.ts';
import { readIp } from './pod.ts';

export interface Node {
  readonly ref: ObjectRef;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly internalIp?: number;
  readonly podCidr?: Ipv4Prefix;
}

export function readNode(manifest: Manifest): Node {
  const { root } = manifest;
  const addresses = root.child('status').child('addresses').items();
  const internal = addresses
    .filter((a) => a.child('type').string() === 'InternalIP')
    .map((a) => readIp(a.child('address')));
  const internalIp = internal.find((ip) => ip !== undefined);
  const cidrField = root.child('spec').child('podCIDR');
  const cidrText = cidrField.string();
  const podCidr = cidrText === undefined ? undefined : parseIpv4Prefix(cidrText);
  if (cidrText !== undefined && !podCidr) cidrField.report('K008', `'${cidrText}' is not an IPv4 CIDR`);
  return {
    ref: refOf(manifest),
    name: manifest.name,
    labels: root.child('metadata').child('labels').labels(),
    ...(internalIp !== undefined ? { internalIp } : {}),
    ...(podCidr ? { podCidr } : {}),
  };
}
