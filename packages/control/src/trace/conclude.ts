import type { Journey, PacketTrace, PacketVerdict, Step } from '@sluice/engine';
import type { ClusterPod } from '../cluster/cluster.ts';
import type { ProgrammedCluster } from '../program/program-cluster.ts';
import { nameOf } from './explain-event.ts';
import { tupleOf } from './frame-tuple.ts';
import { missingLabels } from './missing-labels.ts';
import type { Question } from './question.ts';
import type { ExchangeOutcome } from './run-exchange.ts';

/** From packets and the process's outcome to the answer: a verdict, a sentence, what it rests on. */
export function concludeJourney(
  cluster: ProgrammedCluster,
  question: Question,
  kernel: Journey['kernel'],
  packets: readonly PacketTrace[],
  outcome: ExchangeOutcome,
): Journey {
  const stopped = stoppedPacket(packets, outcome);
  const last = stopped?.steps.at(-1);
  const unread = unknownPolicy(cluster, question, packets, last, outcome);
  const missing = unread.length > 0 ? unread : last?.because?.missing ? [last.because.missing] : [];
  const verdict = verdictOf(stopped, missing, outcome);
  return {
    kernel,
    question: question.text,
    verdict,
    summary: summarize(cluster, question, verdict, last, outcome, missing),
    ...(last?.reason && verdict !== 'delivered' ? { reason: last.reason } : {}),
    ...(last?.because && verdict !== 'delivered' ? { because: last.because } : {}),
    missing,
    assumptions: assumptionsFor(cluster, question, packets, outcome.answer !== undefined),
    packets,
  };
}

/** The first packet of the exchange that ended badly; none where the answer came. */
function stoppedPacket(packets: readonly PacketTrace[], outcome: ExchangeOutcome): PacketTrace | undefined {
  if (outcome.answer !== undefined) return undefined;
  const bad = packets.filter(
    ({ verdict }) => verdict === 'dropped' || verdict === 'rejected' || verdict === 'undecidable',
  );
  return bad[0];
}

function verdictOf(
  stopped: PacketTrace | undefined,
  missing: readonly string[],
  outcome: ExchangeOutcome,
): PacketVerdict {
  if (missing.length > 0) return 'undecidable';
  if (stopped) return stopped.verdict;
  if (outcome.answer !== undefined) return 'delivered';
  return outcome.error ? 'rejected' : 'in-flight';
}

/** What is not known of policy and could turn this verdict round. */
function unknownPolicy(
  cluster: ProgrammedCluster,
  question: Question,
  packets: readonly PacketTrace[],
  last: Step | undefined,
  outcome: ExchangeOutcome,
): string[] {
  const couldChange = outcome.answer !== undefined || last?.reason === 'POLICY_DENIED';
  if (!couldChange) return [];
  const unread = cluster.state.cluster.unreadPolicies.map(({ kind, namespace, name }) => {
    return `what ${kind} ${namespace ? `${namespace}/` : ''}${name} admits or denies: this kind is not read`;
  });
  const from = question.source.kind === 'pod' ? question.source.pod : undefined;
  return [...unread, ...missingLabels(cluster.state, from, reachedPod(cluster, packets))];
}

/** The Pod that the first packet there was last addressed to. */
function reachedPod(cluster: ProgrammedCluster, packets: readonly PacketTrace[]): ClusterPod | undefined {
  for (const packet of packets) {
    const tuple =
      packet.direction === 'forward'
        ? packet.steps
            .map(tupleOf)
            .filter((t) => t !== undefined)
            .at(-1)
        : undefined;
    if (tuple) return cluster.state.cluster.pods.find(({ ip, pod }) => ip === tuple.dst && !pod.hostNetwork);
  }
  return undefined;
}

function summarize(
  cluster: ProgrammedCluster,
  question: Question,
  verdict: PacketVerdict,
  last: Step | undefined,
  outcome: ExchangeOutcome,
  missing: readonly string[],
): string {
  const who = question.text;
  switch (verdict) {
    case 'delivered':
      return `${who}: delivered, and the answer came back: "${outcome.answer?.trim()}"`;
    case 'undecidable':
      return `${who}: undecidable; to know, one would have to know ${missing.join('; and ')}`;
    case 'dropped':
    case 'rejected': {
      const where = last
        ? ` in ${last.program ?? last.function}${last.device ? ` on ${last.device}` : ''}, ${placeOf(last)}`
        : '';
      const reason = last?.reason ? `: ${last.reason}` : outcome.error ? `: ${outcome.error}` : '';
      const because = last?.because ? `, because ${last.because.text}` : '';
      const tuple = last && tupleOf(last);
      const toward = tuple ? ` on the way to ${nameOf(cluster.state, tuple.dst)}` : '';
      return `${who}: ${verdict}${where}${toward}${reason}${because}`;
    }
    case 'in-flight':
      return `${who}: no answer came, and no packet was dropped`;
  }
}

const placeOf = (step: Step): string => (step.netns === '' ? step.node : `${step.netns} on ${step.node}`);

/** The assumptions that this journey rests on. */
function assumptionsFor(
  cluster: ProgrammedCluster,
  question: Question,
  packets: readonly PacketTrace[],
  answered: boolean,
): string[] {
  const netns = new Set(packets.flatMap((packet) => packet.steps.map((step) => step.netns)));
  const pods = cluster.state.cluster.pods.filter(({ pod }) => netns.has(`${pod.namespace}/${pod.name}`));
  const names = new Set(pods.map(({ pod }) => `${pod.namespace}/${pod.name}`));
  const placements = cluster.state.cluster.assumptions.filter((text) => {
    const about = text.split(' ')[0] ?? '';
    return !about.includes('/') || names.has(about);
  });
  const assumptions = [...placements];
  const { what } = question.target;
  if (what.kind === 'service' && what.port.backends.length > 1) {
    const count = what.port.backends.length;
    assumptions.push(`the backend shown was chosen by chance, one of ${count}; another --seed may choose another`);
  }
  if (answered) assumptions.push('containers listen on the ports they declare');
  if (question.source.kind === 'outside' && what.kind === 'pod') {
    assumptions.push('the network outside routes Pod addresses to their nodes');
  }
  return assumptions;
}
