import type { Device, Host, Kernel, NetNs, Segment } from '@sluice/engine';
import { formatIpv4, formatIpv4Prefix } from '@sluice/wire';
import type { Cluster, ClusterNode, ClusterPod } from '../cluster/cluster.ts';
import type { EndpointLink } from '../state/address-entries.ts';

/** A node brought up: its NIC, and a namespace with a device pair for each of its Pods. */
export interface NodeTopology {
  readonly node: ClusterNode;
  readonly host: Host;
  readonly nic: Device;
  readonly pods: ReadonlyMap<ClusterPod, PodTopology>;
}

export interface PodTopology {
  readonly netns: NetNs;
  /** The node's side of the pair. */
  readonly nodeSide: Device;
  readonly link: EndpointLink;
}

/** The cluster's machines on one Ethernet, and a host that stands for everything outside. */
export interface Topology {
  readonly nodes: readonly NodeTopology[];
  readonly outside: Host;
  readonly segment: Segment;
}

/** Name of the host that stands for everything outside the cluster. */
export const OUTSIDE = 'outside';

/**
 * Builds the hosts of a cluster with direct routing: every node has a route to every other node's Pods, Pods have a
 * route to their node's own gateway address, and everything else goes to the outside. `outsideIp` is one more address
 * of the outside: whom a question names as client or server there.
 */
export function buildTopology(kernel: Kernel, cluster: Cluster, outsideIp?: number): Topology {
  const segment = kernel.createSegment('lan');
  const gateway = freeGateway(cluster);
  const outside = buildOutside(kernel, segment, cluster, gateway, outsideIp);
  const nodes = cluster.nodes.map((node) => buildNode(kernel, segment, cluster, node, gateway));
  return { nodes, outside, segment };
}

/** The outside reaches nodes directly and Pods through their nodes. */
function buildOutside(kernel: Kernel, segment: Segment, cluster: Cluster, gateway: number, own?: number): Host {
  const host = kernel.createHost({ name: OUTSIDE });
  const nic = host.root.addNic('eth0', segment, { mac: '02:00:00:00:ff:01' });
  host.root.addAddress(nic, `${formatIpv4(gateway)}/32`);
  if (own !== undefined && own !== gateway) host.root.addAddress(nic, `${formatIpv4(own)}/32`);
  const source = formatIpv4(own ?? gateway);
  for (const node of cluster.nodes) {
    host.root.addRoute({ to: `${formatIpv4(node.ip)}/32`, device: nic, scope: 'link', source });
    host.root.addRoute({ to: formatIpv4Prefix(node.podCidr), via: formatIpv4(node.ip), device: nic, source });
  }
  return host;
}

/** The gateway that nodes know: the first address from 172.18.0.1 on that no node has. */
function freeGateway(cluster: Cluster): number {
  const taken = new Set(cluster.nodes.map((node) => node.ip));
  let gateway = 0xac12_0001;
  while (taken.has(gateway)) gateway++;
  return gateway;
}

function buildNode(
  kernel: Kernel,
  segment: Segment,
  cluster: Cluster,
  node: ClusterNode,
  gateway: number,
): NodeTopology {
  const host = kernel.createHost({ name: node.name });
  const { root } = host;
  root.setSysctl('net.ipv4.ip_forward', '1');
  const nic = root.addNic('eth0', segment, { mac: `02:00:00:00:${hex(node.index >> 8)}:${hex(node.index & 255)}` });
  root.addAddress(nic, `${formatIpv4(node.ip)}/32`);
  root.addRoute({ to: `${formatIpv4(gateway)}/32`, device: nic, scope: 'link' });
  root.addRoute({ to: '0.0.0.0/0', via: formatIpv4(gateway), device: nic });
  for (const other of cluster.nodes) {
    if (other === node) continue;
    root.addRoute({ to: `${formatIpv4(other.ip)}/32`, device: nic, scope: 'link' });
    root.addRoute({ to: formatIpv4Prefix(other.podCidr), via: formatIpv4(other.ip), device: nic });
  }
  const lo = root.device('lo');
  if (lo) root.addAddress(lo, `${formatIpv4(gatewayOf(node))}/32`);
  const own = cluster.pods.filter((pod) => pod.node === node && !pod.pod.hostNetwork);
  const pods = new Map(own.map((pod, i) => [pod, buildPod(host, pod, i + 1)]));
  return { node, host, nic, pods };
}

/** The first address of a node's Pod range: what its Pods know as their gateway. */
const gatewayOf = (node: ClusterNode): number => (node.podCidr.address + 1) >>> 0;

function buildPod(host: Host, pod: ClusterPod, index: number): PodTopology {
  const netns = host.createNetns(`${pod.pod.namespace}/${pod.pod.name}`);
  const tail = `${hex(pod.node.index)}:${hex(index >> 8)}:${hex(index & 255)}`;
  const [inside, nodeSide] = netns.addVeth('eth0', host.root, deviceName(pod, index), {
    mac: `02:01:00:${tail}`,
    peerMac: `02:02:00:${tail}`,
  });
  const gateway = formatIpv4(gatewayOf(pod.node));
  netns.addAddress(inside, `${formatIpv4(pod.ip)}/32`);
  netns.addRoute({ to: `${gateway}/32`, device: inside, scope: 'link' });
  netns.addRoute({ to: '0.0.0.0/0', via: gateway, device: inside });
  host.root.addRoute({ to: `${formatIpv4(pod.ip)}/32`, device: nodeSide, scope: 'link' });
  return { netns, nodeSide, link: { ifindex: nodeSide.ifindex, mac: inside.mac, nodeMac: nodeSide.mac } };
}

/** At most 15 characters, and telling: `lxc3-api-1`. */
function deviceName(pod: ClusterPod, index: number): string {
  return `lxc${index}-${pod.pod.name}`.slice(0, 15).replace(/-$/, '');
}

const hex = (byte: number): string => (byte & 255).toString(16).padStart(2, '0');
