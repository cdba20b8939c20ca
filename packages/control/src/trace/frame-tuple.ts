import type { Step } from '@sluice/engine';
import {
  ipDestination,
  ipProtocol,
  ipSource,
  tcpDestinationPort,
  tcpSourcePort,
  udpDestinationPort,
  udpSourcePort,
  walkFrame,
} from '@sluice/wire';

/** Addresses and ports of a packet as a step left it; ports are 0 where there are none. */
export interface Tuple {
  readonly src: number;
  readonly dst: number;
  readonly protocol: number;
  readonly srcPort: number;
  readonly dstPort: number;
}

/** Reads the outermost IPv4 packet of a step's frame; undefined where there is none. */
export function tupleOf(step: Step): Tuple | undefined {
  if (!step.frame) return undefined;
  let tuple: Tuple | undefined;
  for (const { kind, at, problem } of walkFrame(step.frame, step.frameStarts)) {
    if (problem !== undefined && !problem.includes('checksum')) return tuple;
    const bytes = step.frame;
    if (kind === 'ipv4') {
      if (tuple) return tuple;
      const addresses = { src: ipSource(bytes, at), dst: ipDestination(bytes, at) };
      tuple = { ...addresses, protocol: ipProtocol(bytes, at), srcPort: 0, dstPort: 0 };
    } else if (tuple && kind === 'tcp') {
      return { ...tuple, srcPort: tcpSourcePort(bytes, at), dstPort: tcpDestinationPort(bytes, at) };
    } else if (tuple && kind === 'udp') {
      return { ...tuple, srcPort: udpSourcePort(bytes, at), dstPort: udpDestinationPort(bytes, at) };
    }
  }
  return tuple;
}
