import type { Journey, NetNs, PacketTrace, WatchedKernel } from '@sluice/engine';
import type { Cluster } from '../cluster/cluster.ts';
import { type ProgrammedCluster, programCluster } from '../program/program-cluster.ts';
import { netnsOf, servePorts } from '../program/serve-ports.ts';
import { clusterState } from '../state/cluster-state.ts';
import { concludeJourney } from './conclude.ts';
import { programExplainer } from './explain-programs.ts';
import { cutAtMissingFacts } from './missing-facts.ts';
import type { Question } from './question.ts';
import { runExchange } from './run-exchange.ts';

export interface AskOptions {
  /** Translate services at connect(2) (default), or on packets. */
  readonly socketLb?: boolean;
  /** Called when the cluster stands, and the question is about to be asked. */
  readonly onReady?: () => void;
  /** Called when the answer is complete. */
  readonly onAnswer?: () => void;
}

/** Brings the cluster up in an empty kernel, asks the question there, and tells what happened. */
export async function ask(
  kernel: WatchedKernel,
  cluster: Cluster,
  question: Question,
  options: AskOptions = {},
): Promise<Journey> {
  const outsideIp = outsideIpOf(question);
  const programmed = programCluster(kernel, clusterState(cluster), {
    tellAll: true,
    socketLb: options.socketLb ?? true,
    ...(outsideIp === undefined ? {} : { outsideIp }),
  });
  servePorts(programmed);
  await kernel.settle();
  options.onReady?.();
  const recording = kernel.trace({ afterProgram: programExplainer(programmed) });
  const outcome = await runExchange(kernel, sourceNetns(programmed, question), question);
  recording.stop();
  const packets: readonly PacketTrace[] = cutAtMissingFacts(programmed, question, recording.packets());
  const journey = concludeJourney(programmed, question, kernel.kind, packets, outcome);
  options.onAnswer?.();
  return journey;
}

function outsideIpOf({ source, target }: Question): number | undefined {
  if (source.kind === 'outside') return source.ip;
  return target.what.kind === 'outside' ? target.ip : undefined;
}

/** The namespace that a question's sender lives in. */
export function sourceNetns(cluster: ProgrammedCluster, { source }: Question): NetNs {
  if (source.kind === 'outside') return cluster.topology.outside.root;
  const wanted = source.kind === 'pod' ? source.pod.node : source.node;
  const node = cluster.nodes.find((candidate) => candidate.node === wanted);
  if (!node) throw new Error(`assertion: node ${wanted.name} was not brought up`);
  return source.kind === 'pod' ? netnsOf(node, source.pod) : node.host.root;
}
