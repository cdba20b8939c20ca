import type { Problem } from '@sluice/engine';
import type { EndpointSlice } from '../objects/endpoint-slice.ts';
import type { Pod } from '../objects/pod.ts';
import { formatSelector, selectorOfLabels, selects } from '../objects/selector.ts';
import type { Service, ServicePort } from '../objects/service.ts';
import { AddressPool } from './address-pool.ts';
import type { Backend, ClusterPod, ClusterService, ClusterServicePort } from './cluster.ts';

/** Gives Services their addresses and node ports, and finds their backends. */
export function placeServices(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
  pods: readonly ClusterPod[],
  problems: Problem[],
): ClusterService[] {
  const takenIps = new Set(services.flatMap((s) => (typeof s.clusterIp === 'number' ? [s.clusterIp] : [])));
  const pool = new AddressPool(SERVICE_CIDR, takenIps);
  const takenPorts = new Set(services.flatMap((s) => s.ports.flatMap((p) => p.nodePort ?? [])));
  return services.map((service) => {
    const ports = service.ports.map((port) => placePort(service, port, slices, pods, takenPorts));
    reportNoEndpoints(service, ports, problems);
    const hasAddress = service.clusterIp !== 'None' && service.type !== 'ExternalName';
    const clusterIp = hasAddress ? (service.clusterIp ?? pool.take()) : undefined;
    return { service, ports, ...(typeof clusterIp === 'number' ? { clusterIp } : {}) };
  });
}

function placePort(
  service: Service,
  port: ServicePort,
  slices: readonly EndpointSlice[],
  pods: readonly ClusterPod[],
  takenPorts: Set<number>,
): ClusterServicePort {
  const backends = backendsOf(service, port, slices, pods);
  if (service.type !== 'NodePort' && service.type !== 'LoadBalancer') return { port, backends };
  let nodePort = port.nodePort;
  if (nodePort === undefined) {
    nodePort = FIRST_NODE_PORT;
    while (takenPorts.has(nodePort)) nodePort++;
    takenPorts.add(nodePort);
  }
  return { port, backends, nodePort };
}

/** EndpointSlices where there are any for the Service, else the ready Pods its selector matches. */
function backendsOf(
  service: Service,
  port: ServicePort,
  slices: readonly EndpointSlice[],
  pods: readonly ClusterPod[],
): Backend[] {
  const mine = slices.filter((slice) => slice.namespace === service.namespace && slice.serviceName === service.name);
  if (mine.length > 0) return mine.flatMap((slice) => backendsOfSlice(slice, port, pods));
  if (!service.selector) return [];
  const selector = selectorOfLabels(service.selector);
  return pods
    .filter(({ pod }) => pod.namespace === service.namespace && pod.ready && selects(selector, pod.labels))
    .flatMap((clusterPod) => {
      const target = targetPortOf(clusterPod.pod, port);
      const { ip, node } = clusterPod;
      return target === undefined ? [] : [{ ip, port: target, pod: clusterPod, nodeName: node.name }];
    });
}

function backendsOfSlice(slice: EndpointSlice, port: ServicePort, pods: readonly ClusterPod[]): Backend[] {
  const target = slice.ports.find((p) => p.name === port.name && p.protocol === port.protocol);
  if (!target) return [];
  return slice.endpoints
    .filter((endpoint) => endpoint.ready)
    .map(({ ip, nodeName }) => {
      const pod = pods.find((p) => p.ip === ip);
      const node = nodeName ?? pod?.node.name;
      return { ip, port: target.port, ...(pod ? { pod } : {}), ...(node ? { nodeName: node } : {}) };
    });
}

/** A named target port is looked up in the Pod's containers. */
function targetPortOf(pod: Pod, port: ServicePort): number | undefined {
  if (typeof port.targetPort === 'number') return port.targetPort;
  return pod.ports.find((p) => p.name === port.targetPort && p.protocol === port.protocol)?.port;
}

function reportNoEndpoints(service: Service, ports: readonly ClusterServicePort[], problems: Problem[]): void {
  if (service.type === 'ExternalName') return;
  for (const { port, backends } of ports) {
    if (backends.length > 0) continue;
    const selector = service.selector ? formatSelector(selectorOfLabels(service.selector)) : undefined;
    const why = selector
      ? `its selector ${selector} finds no ready Pod with that port`
      : 'it has neither selector nor EndpointSlice';
    problems.push({
      severity: 'warning',
      code: 'K010',
      message: `Service ${service.namespace}/${service.name} has no endpoints for port ${port.port}: ${why}`,
      ...(port.ref.file ? { file: port.ref.file } : {}),
      ...(port.ref.line ? { line: port.ref.line } : {}),
      field: selector ? 'spec.selector' : 'spec',
    });
  }
}

/** 10.96.0.0/16; the first address is what an API server takes. */
const SERVICE_CIDR = { address: 0x0a60_0000, length: 16 };
const FIRST_NODE_PORT = 30000;
