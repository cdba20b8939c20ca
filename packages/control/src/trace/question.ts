import type { Problem } from '@sluice/engine';
import { formatIpv4, ipv4PrefixContains } from '@sluice/wire';
import type { Cluster, ClusterNode, ClusterPod, ClusterService, ClusterServicePort } from '../cluster/cluster.ts';
import type { Protocol } from '../objects/protocol.ts';
import { type EndpointSpec, type PortSpec, parseEndpoint } from './endpoint-spec.ts';
import { nearestNames } from './nearest-names.ts';

/** Who sends. */
export type Source =
  | { readonly kind: 'pod'; readonly pod: ClusterPod }
  | { readonly kind: 'node'; readonly node: ClusterNode }
  | { readonly kind: 'outside'; readonly ip: number };

/** Where to, as the sender addresses it. */
export interface Target {
  readonly ip: number;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
  /** What the address is in the cluster. */
  readonly what:
    | { readonly kind: 'pod'; readonly pod: ClusterPod }
    | { readonly kind: 'service'; readonly service: ClusterService; readonly port: ClusterServicePort }
    | { readonly kind: 'node'; readonly node: ClusterNode }
    | { readonly kind: 'outside' };
}

export interface Question {
  readonly text: string;
  readonly source: Source;
  readonly sourcePort?: number;
  readonly target: Target;
}

/** Looks up source and target in a cluster. A Problem says what is not there, with the nearest names. */
export function readQuestion(cluster: Cluster, from: string, to: string): Question | Problem {
  const source = parseEndpoint(from);
  if ('code' in source) return source;
  const target = parseEndpoint(to);
  if ('code' in target) return target;
  const foundSource = findSource(cluster, source);
  if ('code' in foundSource) return foundSource;
  const foundTarget = findTarget(cluster, target, to);
  if ('code' in foundTarget) return foundTarget;
  const port = source.port?.port;
  if (typeof port === 'string') return bad('Q002', `a source port is a number, not '${port}'`);
  return { text: `${from} → ${to}`, source: foundSource, target: foundTarget, ...(port ? { sourcePort: port } : {}) };
}

function findSource(cluster: Cluster, spec: EndpointSpec): Source | Problem {
  switch (spec.kind) {
    case 'pod': {
      const pod = findPod(cluster, spec.namespace, spec.name);
      return 'code' in pod ? pod : { kind: 'pod', pod };
    }
    case 'node': {
      const node = findNode(cluster, spec.name);
      return 'code' in node ? node : { kind: 'node', node };
    }
    case 'service':
      return bad('Q003', 'a Service sends nothing', 'name the Pod that does');
    case 'ip': {
      const pod = cluster.pods.find((candidate) => candidate.ip === spec.ip && !candidate.pod.hostNetwork);
      if (pod) return { kind: 'pod', pod };
      const node = cluster.nodes.find((candidate) => candidate.ip === spec.ip);
      if (node) return { kind: 'node', node };
      if (cluster.nodes.some((candidate) => ipv4PrefixContains(candidate.podCidr, spec.ip))) {
        return bad('Q004', `${formatIpv4(spec.ip)} is in the Pods' range, and no Pod has it`);
      }
      return { kind: 'outside', ip: spec.ip };
    }
  }
}

function findTarget(cluster: Cluster, spec: EndpointSpec, text: string): Target | Problem {
  switch (spec.kind) {
    case 'pod': {
      const pod = findPod(cluster, spec.namespace, spec.name);
      return 'code' in pod ? pod : podTarget(pod, spec.port);
    }
    case 'service': {
      const service = findService(cluster, spec.namespace, spec.name);
      return 'code' in service ? service : serviceTarget(service, spec.port);
    }
    case 'node': {
      const node = findNode(cluster, spec.name);
      if ('code' in node) return node;
      return withPort(spec.port, text, { ip: node.ip, what: { kind: 'node', node } });
    }
    case 'ip':
      return withPort(spec.port, text, { ip: spec.ip, what: whatIs(cluster, spec.ip, spec.port) });
  }
}

function whatIs(cluster: Cluster, ip: number, port: PortSpec | undefined): Target['what'] {
  const pod = cluster.pods.find((candidate) => candidate.ip === ip && !candidate.pod.hostNetwork);
  if (pod) return { kind: 'pod', pod };
  const node = cluster.nodes.find((candidate) => candidate.ip === ip);
  if (node) return { kind: 'node', node };
  const service = cluster.services.find((candidate) => candidate.clusterIp === ip);
  const servicePort = service?.ports.find((candidate) => candidate.port.port === port?.port);
  return service && servicePort ? { kind: 'service', service, port: servicePort } : { kind: 'outside' };
}

function withPort(port: PortSpec | undefined, text: string, rest: Pick<Target, 'ip' | 'what'>): Target | Problem {
  if (!port) return bad('Q005', `'${text}' has no port`, `write ${text}:80/tcp`);
  if (typeof port.port === 'string')
    return bad('Q005', `port '${port.port}' is not a number`, 'only Services and Pods have named ports');
  return { ...rest, port: port.port, protocol: traceable(port.protocol) };
}

const traceable = (protocol: Protocol | undefined): 'TCP' | 'UDP' => (protocol === 'UDP' ? 'UDP' : 'TCP');

/** Without a port, the only one the Pod declares. */
function podTarget(pod: ClusterPod, port: PortSpec | undefined): Target | Problem {
  const { namespace, name, ports } = pod.pod;
  const what = { kind: 'pod', pod } as const;
  const list = ports.map((p) => `${p.name ? `${p.name} = ` : ''}${p.port}/${p.protocol.toLowerCase()}`).join(', ');
  if (!port) {
    const [only] = ports;
    if (only && ports.length === 1) return { ip: pod.ip, port: only.port, protocol: traceable(only.protocol), what };
    const remedy = ports.length === 0 ? `write ${namespace}/${name}:80/tcp` : `it declares ${list}`;
    return bad('Q005', `which port of Pod ${namespace}/${name}?`, remedy);
  }
  if (typeof port.port === 'number') return { ip: pod.ip, port: port.port, protocol: traceable(port.protocol), what };
  const named = ports.find((p) => p.name === port.port);
  if (named) return { ip: pod.ip, port: named.port, protocol: traceable(named.protocol), what };
  return bad(
    'Q005',
    `Pod ${namespace}/${name} has no port named '${port.port}'`,
    list ? `it declares ${list}` : undefined,
  );
}

function serviceTarget(service: ClusterService, port: PortSpec | undefined): Target | Problem {
  const { namespace, name, type } = service.service;
  if (service.clusterIp === undefined) {
    const why = type === 'ExternalName' ? 'an ExternalName' : 'headless';
    return bad('Q006', `Service ${namespace}/${name} is ${why}: it has no address`, 'name a Pod behind it');
  }
  const candidates = service.ports.filter(
    (p) =>
      !port ||
      ((p.port.port === port.port || p.port.name === port.port) &&
        (port.protocol === undefined || p.port.protocol === port.protocol)),
  );
  const list = service.ports.map((p) => `${p.port.port}/${p.port.protocol.toLowerCase()}`).join(', ');
  const found = candidates[0];
  if (!found) return bad('Q005', `Service ${namespace}/${name} has no port ${formatPort(port)}`, `it has ${list}`);
  if (candidates.length > 1) return bad('Q005', `which port of Service ${namespace}/${name}?`, `it has ${list}`);
  if (found.port.protocol === 'SCTP') return bad('Q005', 'SCTP cannot be traced', 'tcp or udp');
  const what = { kind: 'service', service, port: found } as const;
  return { ip: service.clusterIp, port: found.port.port, protocol: found.port.protocol, what };
}

function formatPort(port: PortSpec | undefined): string {
  return port ? `${port.port}${port.protocol ? `/${port.protocol.toLowerCase()}` : ''}` : '';
}

function findPod(cluster: Cluster, namespace: string, name: string): ClusterPod | Problem {
  const found = cluster.pods.find(({ pod }) => pod.namespace === namespace && pod.name === name);
  if (found) return found;
  const names = cluster.pods.map(({ pod }) => `${pod.namespace}/${pod.name}`);
  return missing('Pod', `${namespace}/${name}`, names);
}

function findService(cluster: Cluster, namespace: string, name: string): ClusterService | Problem {
  const found = cluster.services.find(({ service }) => service.namespace === namespace && service.name === name);
  if (found) return found;
  const names = cluster.services.map(({ service }) => `${service.namespace}/${service.name}`);
  return missing('Service', `${namespace}/${name}`, names);
}

function findNode(cluster: Cluster, name: string): ClusterNode | Problem {
  const found = cluster.nodes.find((node) => node.name === name);
  return (
    found ??
    missing(
      'Node',
      name,
      cluster.nodes.map((node) => node.name),
    )
  );
}

function missing(kind: string, name: string, names: readonly string[]): Problem {
  const near = nearestNames(name, names);
  const some = near.length > 0 ? near : names.slice(0, 5);
  const remedy =
    some.length > 0 ? `${near.length > 0 ? 'did you mean' : 'there is'} ${some.join(', ')}?` : 'there is none';
  return bad('Q004', `there is no ${kind} ${name}`, near.length > 0 ? remedy : remedy.replace('?', ''));
}

function bad(code: string, message: string, remedy?: string): Problem {
  return { severity: 'error', code, message, ...(remedy ? { remedy } : {}) };
}
