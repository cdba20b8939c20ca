import type { PacketTrace, Step } from '@sluice/engine';
import { formatIpv4 } from '@sluice/wire';
import type { Pod } from '../objects/pod.ts';
import { IPPROTO, type Protocol, protocolOf } from '../objects/protocol.ts';
import type { ProgrammedCluster } from '../program/program-cluster.ts';
import { OUTSIDE } from '../program/topology.ts';
import { tupleOf } from './frame-tuple.ts';
import type { Question } from './question.ts';

/**
 * Cuts packets' ways where the manifests stop telling: what answers outside the cluster, and whether a process listens
 * on a port that no container declares. From there on nothing is shown, because nothing is known.
 */
export function cutAtMissingFacts(
  cluster: ProgrammedCluster,
  question: Question,
  packets: readonly PacketTrace[],
): readonly PacketTrace[] {
  const cut = new Set<number>();
  return packets.flatMap((packet) => {
    if (packet.causedBy !== undefined && cut.has(packet.causedBy)) {
      cut.add(packet.packetId);
      return [];
    }
    for (const [at, step] of packet.steps.entries()) {
      const missing = missingFact(cluster, question, step);
      if (missing === undefined) continue;
      cut.add(packet.packetId);
      return [cutAt(packet, at, missing)];
    }
    return [packet];
  });
}

function cutAt(packet: PacketTrace, at: number, missing: string): PacketTrace {
  const { reason: _reason, ...step } = packet.steps[at] as Step;
  const last: Step = { ...step, verdict: 'undecidable', because: { kind: 'missing-fact', text: missing, missing } };
  return { ...packet, steps: [...packet.steps.slice(0, at), last], verdict: 'undecidable' };
}

function missingFact(cluster: ProgrammedCluster, question: Question, step: Step): string | undefined {
  const fromOutside = question.source.kind === 'outside';
  if (step.node === OUTSIDE)
    return fromOutside || step.layer === 'neighbour' ? undefined : standsOutside(question, step);
  if (step.reason !== 'NO_SOCKET') return undefined;
  const tuple = tupleOf(step);
  const protocol = tuple && protocolOf(tuple.protocol);
  if (!tuple || !protocol) return undefined;
  const declaring = declaringPod(cluster, step, protocol, tuple.dstPort);
  if (declaring?.ready) return undefined;
  const who = step.netns === '' ? step.node : step.netns;
  const why = declaring ? 'the Pod is not ready' : 'no container declares it';
  return `whether a process listens on ${who} port ${tuple.dstPort}/${protocol.toLowerCase()}: ${why}`;
}

/** The question's own packet has come to the outside host. */
function standsOutside({ target }: Question, step: Step): string | undefined {
  const tuple = tupleOf(step);
  if (!tuple || tuple.protocol !== IPPROTO[target.protocol] || step.layer === 'wire') return undefined;
  const place = `${formatIpv4(tuple.dst)}:${tuple.dstPort}/${target.protocol.toLowerCase()}`;
  return `what stands at ${place} outside the cluster`;
}

function declaringPod(cluster: ProgrammedCluster, step: Step, protocol: Protocol, port: number): Pod | undefined {
  return cluster.state.cluster.pods.find(({ pod, node }) => {
    const here = pod.hostNetwork
      ? step.netns === '' && node.name === step.node
      : step.netns === `${pod.namespace}/${pod.name}`;
    return here && pod.ports.some((declared) => declared.protocol === protocol && declared.port === port);
  })?.pod;
}
