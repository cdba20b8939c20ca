import type { Kernel } from '@sluice/engine';
import type { ClusterState } from '../state/cluster-state.ts';
import { nodeEntries } from '../state/node-entries.ts';
import { type LoadedDatapath, loadDatapath } from './load-datapath.ts';
import { buildTopology, type NodeTopology, type Topology } from './topology.ts';

export interface ProgramOptions {
  /** Programs tell every decision, not only drops. */
  readonly tellAll: boolean;
  /** Translate services at connect(2); without it, on each packet. */
  readonly socketLb: boolean;
  /** An address outside the cluster that takes part. */
  readonly outsideIp?: number;
}

export interface ProgrammedNode extends NodeTopology {
  readonly datapath: LoadedDatapath;
}

/** A cluster standing in a kernel: hosts, programs attached, maps filled. */
export interface ProgrammedCluster {
  readonly state: ClusterState;
  readonly topology: Topology;
  readonly nodes: readonly ProgrammedNode[];
}

/** Brings a cluster up in a kernel. Throws EngineError where the kernel refuses. */
export function programCluster(kernel: Kernel, state: ClusterState, options: ProgramOptions): ProgrammedCluster {
  const topology = buildTopology(kernel, state.cluster, options.outsideIp);
  const nodes = topology.nodes.map((node) => programNode(node, state, options));
  return { state, topology, nodes };
}

function programNode(topology: NodeTopology, state: ClusterState, options: ProgramOptions): ProgrammedNode {
  const { node, host, nic, pods } = topology;
  const datapath = loadDatapath(host.bpf, {
    nodeIp: node.ip,
    nodeIfindex: nic.ifindex,
    tellAll: options.tellAll,
    packetLb: !options.socketLb,
  });
  datapath.write(
    nodeEntries(state, node, (endpoint) => {
      const pod = pods.get(endpoint.pod);
      if (!pod) throw new Error('assertion: an endpoint without a device');
      return pod.link;
    }),
  );
  attach(topology, datapath, options);
  return { ...topology, datapath };
}

function attach({ host, nic, pods }: NodeTopology, { objects }: LoadedDatapath, options: ProgramOptions): void {
  const program = (object: keyof typeof objects, name: string) => {
    const found = objects[object].programs.get(name);
    if (!found) throw new Error(`assertion: object ${object} has no program ${name}`);
    return found;
  };
  nic.attachTc(program('netdev', 'from_netdev'), 'ingress');
  nic.attachTc(program('netdev', 'to_netdev'), 'egress');
  for (const { nodeSide } of pods.values()) {
    nodeSide.attachTc(program('pod', 'from_container'), 'ingress');
    nodeSide.attachTc(program('pod', 'to_container'), 'egress');
  }
  if (!options.socketLb) return;
  for (const name of ['sock_connect4', 'sock_sendmsg4', 'sock_recvmsg4', 'sock_getpeername4']) {
    host.attachCgroup(program('socket', name));
  }
}
