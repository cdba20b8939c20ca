import type { ProgramExplanation, ProgramRun } from '@sluice/engine';
import type { ProgrammedCluster, ProgrammedNode } from '../program/program-cluster.ts';
import { type DatapathEvent, decodeEvent } from './datapath-event.ts';
import { explainEvents } from './explain-event.ts';

/** Explains each run of the datapath's programs by the events it wrote. */
export function programExplainer(cluster: ProgrammedCluster): (run: ProgramRun) => ProgramExplanation | undefined {
  const nodes = new Map<string, ProgrammedNode>(cluster.nodes.map((node) => [node.host.name, node]));
  return (run) => {
    const ring = nodes.get(run.node)?.datapath.maps.get('events');
    if (!ring) return undefined;
    const events: DatapathEvent[] = [];
    ring.drain((record) => events.push(decodeEvent(record)));
    return explainEvents(cluster.state, events);
  };
}
