import type { ObjectRef } from '@sluice/engine';
import { type Ipv4Prefix, ipv4Network, parseIpv4Prefix } from '@sluice/wire';
import type { Field } from '../manifest/field.ts';
import { type Manifest, refOf } from '../manifest/read-manifests.ts';
import { type Protocol, readProtocol } from './protocol.ts';
import { readSelector, type Selector } from './selector.ts';

export type PolicyDirection = 'ingress' | 'egress';

/** One entry of `from` or `to`. */
export type Peer =
  | { readonly kind: 'pods'; readonly ref: ObjectRef; readonly pods: Selector; readonly namespaces: Selector | 'own' }
  | {
      readonly kind: 'ip-block';
      readonly ref: ObjectRef;
      readonly block: Ipv4Prefix;
      readonly except: readonly Ipv4Prefix[];
    };

/** One entry of `ports`; without `port`, every port of the protocol. */
export interface PolicyPort {
  readonly protocol: Protocol;
  readonly port?: number | string;
  readonly endPort?: number;
}

export interface PolicyRule {
  readonly ref: ObjectRef;
  /** undefined: everybody. */
  readonly peers?: readonly Peer[];
  /** undefined: every port of every protocol. */
  readonly ports?: readonly PolicyPort[];
}

/** A networking.k8s.io/v1 NetworkPolicy. Spec: Kubernetes API, NetworkPolicySpec. */
export interface NetworkPolicy {
  readonly ref: ObjectRef;
  readonly namespace: string;
  readonly name: string;
  readonly selector: Selector;
  readonly directions: readonly PolicyDirection[];
  readonly ingress: readonly PolicyRule[];
  readonly egress: readonly PolicyRule[];
}

export function readNetworkPolicy(manifest: Manifest): NetworkPolicy {
  const spec = manifest.root.child('spec');
  const podSelector = spec.child('podSelector');
  const selector = readSelector(podSelector);
  if (selector.terms.length === 0 && podSelector.child('matchExpressions').items().length === 0) {
    const how = podSelector.present ? 'empty' : 'absent';
    const message = `${how} podSelector: the policy applies to every pod of namespace ${manifest.namespace}`;
    podSelector.report(
      'K011',
      message,
      podSelector.present ? undefined : 'write podSelector: {} if that is meant',
      'warning',
    );
  }
  return {
    ref: refOf(manifest),
    namespace: manifest.namespace,
    name: manifest.name,
    selector,
    directions: readDirections(spec),
    ingress: spec
      .child('ingress')
      .items()
      .map((rule) => readRule(manifest, rule, 'from')),
    egress: spec
      .child('egress')
      .items()
      .map((rule) => readRule(manifest, rule, 'to')),
  };
}

/** Absent policyTypes means Ingress, and Egress where egress rules are written. */
function readDirections(spec: Field): PolicyDirection[] {
  const field = spec.child('policyTypes');
  if (!field.present) return spec.child('egress').present ? ['ingress', 'egress'] : ['ingress'];
  const directions: PolicyDirection[] = [];
  for (const item of field.items()) {
    const text = item.string();
    if (text === 'Ingress') directions.push('ingress');
    else if (text === 'Egress') directions.push('egress');
    else item.report('K005', `unknown policy type '${text}'`, 'Ingress or Egress');
  }
  return directions;
}

function readRule(manifest: Manifest, field: Field, peerKey: 'from' | 'to'): PolicyRule {
  const peers = field.child(peerKey).items();
  const ports = field.child('ports').items();
  return {
    ref: refOf(manifest, field),
    ...(peers.length > 0 ? { peers: peers.flatMap((peer) => readPeer(manifest, peer)) } : {}),
    ...(ports.length > 0 ? { ports: ports.flatMap(readPort) } : {}),
  };
}

function readPeer(manifest: Manifest, field: Field): Peer[] {
  const ref = refOf(manifest, field);
  const pods = field.child('podSelector');
  const namespaces = field.child('namespaceSelector');
  const block = field.child('ipBlock');
  if (block.present) {
    if (pods.present || namespaces.present) {
      field.report('K009', 'ipBlock cannot stand beside a selector in one peer', 'make two peers of it');
      return [];
    }
    return readIpBlock(ref, block);
  }
  if (!pods.present && !namespaces.present) {
    field.report(
      'K009',
      'a peer needs podSelector, namespaceSelector or ipBlock',
      'to admit everybody, leave out the list',
    );
    return [];
  }
  return [
    {
      kind: 'pods',
      ref,
      pods: readSelector(pods),
      namespaces: namespaces.present ? readSelector(namespaces) : 'own',
    },
  ];
}

function readIpBlock(ref: ObjectRef, field: Field): Peer[] {
  const block = readPrefix(field.child('cidr'));
  if (!block) return [];
  const except = field
    .child('except')
    .items()
    .flatMap((item) => {
      const prefix = readPrefix(item);
      if (!prefix) return [];
      if (prefix.length <= block.length || ipv4Network(prefix.address, block.length) !== block.address) {
        item.report('K008', 'an exception must be a smaller part of the block');
        return [];
      }
      return [prefix];
    });
  return [{ kind: 'ip-block', ref, block, except }];
}

function readPrefix(field: Field): Ipv4Prefix | undefined {
  const text = field.required();
  if (text === '') return undefined;
  const prefix = parseIpv4Prefix(text);
  if (prefix) return { address: ipv4Network(prefix.address, prefix.length), length: prefix.length };
  if (text.includes(':'))
    return field.report('K012', `IPv6 block ${text} is left out: IPv4 only`, undefined, 'warning');
  return field.report('K008', `'${text}' is not a CIDR`, 'write it as 10.0.0.0/8');
}

function readPort(field: Field): PolicyPort[] {
  const protocol = readProtocol(field.child('protocol'));
  const port = field.child('port').integerOrString();
  const endPort = field.child('endPort').integer(1, 65535);
  if (field.child('port').present && port === undefined) return [];
  if (endPort !== undefined && (typeof port !== 'number' || endPort < port)) {
    field.child('endPort').report('K005', 'endPort needs a numeric port that is not above it');
    return [];
  }
  return [{ protocol, ...(port !== undefined ? { port } : {}), ...(endPort !== undefined ? { endPort } : {}) }];
}
