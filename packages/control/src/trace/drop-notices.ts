import { EVENT_DROP } from '@sluice/datapath';
import { protocolOf } from '../objects/protocol.ts';
import type { ProgrammedCluster } from '../program/program-cluster.ts';
import { decodeEvent } from './datapath-event.ts';
import { explainEvents } from './explain-event.ts';
import type { Tuple } from './frame-tuple.ts';

/** A packet that a node's programs dropped. */
export interface DropNotice {
  readonly node: string;
  readonly tuple: Tuple;
  /** `tcp`, `udp`, or `protocol 1`. */
  readonly protocol: string;
  readonly reason: string;
  readonly because: string;
}

/** Empties the nodes' event rings, and tells the drops. */
export function dropNotices(cluster: ProgrammedCluster): DropNotice[] {
  const notices: DropNotice[] = [];
  for (const { host, datapath } of cluster.nodes) {
    datapath.maps.get('events')?.drain((record) => {
      const event = decodeEvent(record);
      if (event.type !== EVENT_DROP) return;
      const explained = explainEvents(cluster.state, [event]);
      notices.push({
        node: host.name,
        tuple: event,
        protocol: protocolOf(event.protocol)?.toLowerCase() ?? `protocol ${event.protocol}`,
        reason: explained?.reason ?? 'DROP',
        because: explained?.because?.text ?? 'no reason is known',
      });
    });
  }
  return notices;
}
