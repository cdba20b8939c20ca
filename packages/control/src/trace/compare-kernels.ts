import type { Kernel, WatchedKernel } from '@sluice/engine';
import type { Cluster } from '../cluster/cluster.ts';
import { programCluster } from '../program/program-cluster.ts';
import { servePorts } from '../program/serve-ports.ts';
import { clusterState } from '../state/cluster-state.ts';
import { type AskOptions, sourceNetns } from './ask.ts';
import { askEveryBackend } from './ask-every-backend.ts';
import { type Question, readQuestion } from './question.ts';
import { type ExchangeOutcome, runExchange } from './run-exchange.ts';

/** One pair: what the model says of it, and what a real connection did. */
export interface PairComparison {
  readonly question: string;
  /** `undecidable` pairs are not compared: they depend on chance, or on facts that nobody gave. */
  readonly model: 'answered' | 'no answer' | 'undecidable';
  readonly real: 'answered' | 'no answer';
  readonly agrees: boolean;
  /** The model's sentence. */
  readonly summary: string;
}

/** Every Pod to every Service port and every declared port of every Pod. */
export function allPairs(cluster: Cluster): Question[] {
  const sources = cluster.pods.filter(({ pod }) => !pod.hostNetwork).map(({ pod }) => `${pod.namespace}/${pod.name}`);
  const services = cluster.services
    .filter(({ clusterIp }) => clusterIp !== undefined)
    .flatMap(({ service, ports }) =>
      ports
        .filter(({ port }) => port.protocol !== 'SCTP')
        .map(({ port }) => `svc/${service.namespace}/${service.name}:${port.port}/${port.protocol.toLowerCase()}`),
    );
  const pods = cluster.pods.flatMap(({ pod }) =>
    pod.ports
      .filter(({ protocol }) => protocol !== 'SCTP')
      .map(({ port, protocol }) => `${pod.namespace}/${pod.name}:${port}/${protocol.toLowerCase()}`),
  );
  return sources.flatMap((from) =>
    [...services, ...pods].flatMap((to) => {
      const question = readQuestion(cluster, from, to);
      return 'code' in question ? [] : [question];
    }),
  );
}

/** Asks every question of the model, and makes a real connection for each in `real`; `onPair` is called for progress. */
export async function compareKernels(
  newModel: () => WatchedKernel,
  real: Kernel,
  cluster: Cluster,
  questions: readonly Question[],
  options: AskOptions,
  onPair: (done: number) => void,
): Promise<PairComparison[]> {
  const socketLb = options.socketLb ?? true;
  const standing = programCluster(real, clusterState(cluster), { tellAll: false, socketLb });
  servePorts(standing);
  const comparisons: PairComparison[] = [];
  for (const question of questions) {
    const asked = await askEveryBackend(newModel, cluster, question, options);
    const outcome = await runExchange(real, sourceNetns(standing, question), question);
    const model =
      asked.verdict === 'undecidable' ? 'undecidable' : asked.verdict === 'delivered' ? 'answered' : 'no answer';
    const seen = answeredBy(outcome);
    const agrees = model === 'undecidable' || model === seen;
    comparisons.push({ question: question.text, model, real: seen, agrees, summary: asked.summary });
    onPair(comparisons.length);
  }
  return comparisons;
}

const answeredBy = ({ answer }: ExchangeOutcome): PairComparison['real'] =>
  answer === undefined ? 'no answer' : 'answered';
