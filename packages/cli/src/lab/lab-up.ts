import {
  buildCluster,
  type Cluster,
  clusterState,
  type ProgrammedCluster,
  programCluster,
  servePorts,
} from '@sluice/control';
import { formatProblem } from '@sluice/engine';
import { LinuxKernel, probeBpf, removeStaleCgroups } from '@sluice/linux';
import { EXIT, Exit } from '../exit-codes.ts';
import { readManifestFiles } from '../input/read-files.ts';
import { writeHostsFiles } from './hosts-files.ts';
import { isRunning, type LabState, labFolder, listLabs, removeLab, writeLab } from './lab-state.ts';
import { watchDrops } from './watch-drops.ts';

export interface LabUpOptions {
  readonly file: readonly string[];
  readonly name: string;
  readonly socketLb: boolean;
}

/**
 * `sluice lab up`: the cluster of the manifests on this machine's kernel: a namespace for each node and Pod, our programs
 * attached, a small server on every declared port. Prints what the programs drop, and why, until it is interrupted;
 * whatever ends it, nothing is left.
 */
export async function labUp(options: LabUpOptions): Promise<number> {
  const capability = probeBpf();
  if (!capability.usable)
    throw new Exit(EXIT.UNAVAILABLE, [`error: a lab needs the real kernel: ${capability.missing}`]);
  const earlier = listLabs().find((lab) => lab.name === options.name);
  if (earlier && isRunning(earlier)) {
    throw new Exit(EXIT.USAGE, [
      `error: lab ${options.name} is running already (process ${earlier.pid}) — sluice lab down --name ${options.name}`,
    ]);
  }
  if (earlier) removeLab(options.name);
  removeStaleCgroups();
  const cluster = buildCluster(readManifestFiles(options.file));
  for (const problem of cluster.problems) console.error(formatProblem(problem));
  if (cluster.problems.some((problem) => problem.severity === 'error')) return EXIT.DATA;
  console.error(`bringing up ${cluster.nodes.length} nodes and ${cluster.pods.length} Pods`);
  const kernel = new LinuxKernel();
  try {
    const lab = programCluster(kernel, clusterState(cluster), { tellAll: false, socketLb: options.socketLb });
    servePorts(lab);
    writeLab(stateOf(options.name, cluster, lab));
    console.error(
      `lab ${options.name} is up; try: sluice lab exec --name ${options.name} ${examplePod(cluster)} -- ip addr`,
    );
    await new Promise<void>((resolve) => {
      const watch = watchDrops(lab, (line) => console.log(line));
      const stop = () => {
        watch.close();
        resolve();
      };
      process.once('SIGINT', stop);
      process.once('SIGTERM', stop);
    });
    return EXIT.OK;
  } finally {
    kernel.close();
    removeLab(options.name);
  }
}

function stateOf(name: string, cluster: Cluster, lab: ProgrammedCluster): LabState {
  const namespaces: Record<string, number> = {};
  const cgroups: Record<string, string> = {};
  const add = (key: string, netns: unknown) => {
    const { namespace, host } = netns as { namespace: { fd: number }; host: { cgroupPath?: string } };
    namespaces[key] = namespace.fd;
    if (host.cgroupPath) cgroups[key] = host.cgroupPath;
  };
  for (const { node, host, pods } of lab.nodes) {
    add(`node/${node.name}`, host.root);
    for (const [pod, { netns }] of pods) add(`${pod.pod.namespace}/${pod.pod.name}`, netns);
  }
  add('outside', lab.topology.outside.root);
  return { name, pid: process.pid, namespaces, cgroups, hostsFiles: writeHostsFiles(cluster, labFolder(name)) };
}

const examplePod = (cluster: Cluster): string => {
  const [first] = cluster.pods;
  return first ? `${first.pod.namespace}/${first.pod.name}` : 'ns/pod';
};
