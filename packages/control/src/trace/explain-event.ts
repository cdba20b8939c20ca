import * as D from '@sluice/datapath';
import type { Because, ProgramExplanation } from '@sluice/engine';
import { formatIpv4 } from '@sluice/wire';
import { protocolOf } from '../objects/protocol.ts';
import type { ClusterState, EndpointState } from '../state/cluster-state.ts';
import { denialBecause, policyBecause } from '../state/policy-entries.ts';
import { serviceBecause } from '../state/service-entries.ts';
import type { DatapathEvent } from './datapath-event.ts';

/** What a program's events say, in words: the last decision is the reason, the rest is detail. */
export function explainEvents(state: ClusterState, events: readonly DatapathEvent[]): ProgramExplanation | undefined {
  let explanation: ProgramExplanation = {};
  const details: string[] = [];
  for (const event of events) {
    const { because, detail, reason } = explainEvent(state, event);
    if (because) explanation = { ...explanation, because };
    if (reason) explanation = { ...explanation, reason };
    if (detail) details.push(detail);
  }
  if (details.length > 0) explanation = { ...explanation, detail: details.join('; ') };
  return Object.keys(explanation).length > 0 ? explanation : undefined;
}

function explainEvent(state: ClusterState, event: DatapathEvent): ProgramExplanation {
  switch (event.type) {
    case D.EVENT_DROP:
      return explainDrop(state, event);
    case D.EVENT_POLICY:
      return { because: admission(state, event) };
    case D.EVENT_CONNTRACK:
      return { because: connection(event) };
    case D.EVENT_SERVICE: {
      const because = frontendBecause(state, event.cookie);
      const backend = `${formatIpv4(event.dst)}:${event.dstPort}`;
      return { detail: `${because.text} → backend ${nameOf(state, event.dst)} ${backend}`, because };
    }
    case D.EVENT_REVERSE: {
      const shown = `${formatIpv4(event.src)}:${event.srcPort}`;
      return { detail: `the answer's source becomes ${shown} again, which the client addressed` };
    }
    case D.EVENT_SNAT:
      return { detail: `source becomes the node's address ${formatIpv4(event.src)}, port ${event.srcPort}` };
    case D.EVENT_SNAT_BACK:
      return { detail: `answer to a translated packet: destination becomes ${nameOf(state, event.dst)} again` };
    case D.EVENT_LOCAL:
      return { detail: `straight to the device of ${nameOf(state, event.dst)} on this node` };
    default:
      return {};
  }
}

function explainDrop(state: ClusterState, event: DatapathEvent): ProgramExplanation {
  const reason = D.dropReason(event.reason);
  const name = reason?.name ?? `DROP_${event.reason}`;
  return { reason: name, because: dropBecause(state, event, reason?.text ?? `reason ${event.reason}`) };
}

function dropBecause(state: ClusterState, event: DatapathEvent, text: string): Because {
  if (event.reason === D.DROP_NO_SERVICE || event.reason === D.DROP_NOT_ROUTABLE) {
    const service = frontendBecause(state, event.cookie);
    return { ...service, text: `${service.text}: ${text}` };
  }
  const endpoint = event.reason === D.DROP_POLICY ? endpointOf(state, event.endpoint) : undefined;
  if (!endpoint) return { kind: 'program', text };
  const ingress = event.direction === D.POLICY_INGRESS;
  const peer = ingress ? nameOf(state, event.src, event.srcIdentity) : nameOf(state, event.dst, event.dstIdentity);
  const protocol = protocolOf(event.protocol)?.toLowerCase() ?? `protocol ${event.protocol}`;
  const port = event.dstPort === 0 ? protocol : `port ${event.dstPort}/${protocol}`;
  const what = ingress ? `${peer} to ${port}` : `it to ${peer}, ${port}`;
  return denialBecause(endpoint, ingress ? 'ingress' : 'egress', what);
}

function admission(state: ClusterState, event: DatapathEvent): Because {
  const origin = state.origins[event.cookie - 1];
  const endpoint = endpointOf(state, event.endpoint);
  if (!origin || !endpoint) return { kind: 'policy', text: `policy entry ${event.cookie}` };
  return policyBecause(origin, endpoint);
}

function connection(event: DatapathEvent): Because {
  const related = event.reason === D.CT_RELATED;
  const text = related
    ? 'it is an error about a packet of an admitted connection, so policy is not asked'
    : 'it answers an admitted connection, so policy is not asked';
  return { kind: 'conntrack', text };
}

function frontendBecause(state: ClusterState, id: number): Because {
  const frontend = state.frontends[id - 1];
  return frontend ? serviceBecause(frontend) : { kind: 'service', text: `service ${id}` };
}

const endpointOf = (state: ClusterState, id: number): EndpointState | undefined => state.endpoints[id - 1];

/** Who has an address: the Pod, the node, or the address itself. */
export function nameOf(state: ClusterState, ip: number, identity?: number): string {
  const endpoint = state.endpoints.find(({ pod }) => pod.ip === ip);
  if (endpoint) return `${endpoint.pod.pod.namespace}/${endpoint.pod.pod.name}`;
  const node = state.cluster.nodes.find((candidate) => candidate.ip === ip);
  if (node) return node.name;
  return identity === D.IDENTITY_WORLD ? `${formatIpv4(ip)} (outside the cluster)` : formatIpv4(ip);
}
