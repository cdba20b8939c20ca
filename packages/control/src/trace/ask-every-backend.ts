import type { Journey, WatchedKernel } from '@sluice/engine';
import type { Backend, Cluster, ClusterServicePort } from '../cluster/cluster.ts';
import { type AskOptions, ask } from './ask.ts';
import type { Question } from './question.ts';

/** How many kinds of backends are asked at most. */
const KINDS_MAX = 16;

/**
 * Asks a question, and where chance chooses among backends, asks it of each kind of them: a verdict that depends on
 * chance is no verdict. Backends are of one kind where they run on one node and have the same labels and port.
 */
export async function askEveryBackend(
  newKernel: () => WatchedKernel,
  cluster: Cluster,
  question: Question,
  options: AskOptions = {},
): Promise<Journey> {
  const journey = await ask(newKernel(), cluster, question, options);
  const port = servicePortOf(cluster, question);
  const kinds = port ? kindsOf(eligible(cluster, question, port)) : [];
  if (!port || kinds.length < 2 || journey.verdict === 'undecidable') return journey;
  const answers: { backend: Backend; journey: Journey }[] = [];
  for (const backend of kinds.slice(0, KINDS_MAX)) {
    const quietly = { ...(options.socketLb === undefined ? {} : { socketLb: options.socketLb }) };
    answers.push({ backend, journey: await ask(newKernel(), withOnly(cluster, port, backend), question, quietly) });
  }
  if (answers.every((answer) => answer.journey.verdict === journey.verdict)) return journey;
  const outcomes = answers.map(({ backend, journey: { verdict, reason } }) => {
    const name = backend.pod ? `${backend.pod.pod.namespace}/${backend.pod.pod.name}` : 'another backend';
    return `${name}: ${verdict}${reason ? ` (${reason})` : ''}`;
  });
  const missing = `which backend chance chooses (${outcomes.join(', ')})`;
  const { reason: _reason, because: _because, ...rest } = journey;
  return {
    ...rest,
    verdict: 'undecidable',
    summary: `${question.text}: it depends on ${missing}; shown is the way to one of them`,
    missing: [...journey.missing, missing],
  };
}

/** The Service's port that the target address stands for. */
function servicePortOf(cluster: Cluster, { target }: Question): ClusterServicePort | undefined {
  if (target.what.kind === 'service') return target.what.port;
  if (target.what.kind !== 'node') return undefined;
  const ports = cluster.services.flatMap((service) => service.ports);
  return ports.find((port) => port.nodePort === target.port && port.port.protocol === target.protocol);
}

/** The backends that may be chosen, by the traffic policies of the Service. */
function eligible(cluster: Cluster, { source, target }: Question, port: ClusterServicePort): readonly Backend[] {
  const service = cluster.services.find((candidate) => candidate.ports.includes(port))?.service;
  const on = (nodeName: string) => port.backends.filter((backend) => backend.nodeName === nodeName);
  if (target.what.kind === 'node') {
    const local = source.kind === 'outside' && service?.externalTrafficPolicy === 'Local';
    return local ? on(target.what.node.name) : port.backends;
  }
  if (service?.internalTrafficPolicy !== 'Local' || source.kind === 'outside') return port.backends;
  return on(source.kind === 'pod' ? source.pod.node.name : source.node.name);
}

/** One backend of each kind. */
function kindsOf(backends: readonly Backend[]): Backend[] {
  const kinds = new Map<string, Backend>();
  for (const backend of backends) {
    const labels = backend.pod ? Object.entries(backend.pod.pod.labels).sort() : [[backend.ip]];
    const kind = JSON.stringify([backend.nodeName, backend.port, backend.pod?.pod.namespace, labels]);
    if (!kinds.has(kind)) kinds.set(kind, backend);
  }
  return [...kinds.values()];
}

function withOnly(cluster: Cluster, port: ClusterServicePort, backend: Backend): Cluster {
  return {
    ...cluster,
    services: cluster.services.map((service) => ({
      ...service,
      ports: service.ports.map((candidate) => (candidate === port ? { ...port, backends: [backend] } : candidate)),
    })),
  };
}
