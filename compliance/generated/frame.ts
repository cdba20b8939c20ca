import { altered, arp, fragmentOf, icmp, ipv4, MAC, padded, tcp, udp } from '@sluice/engine/testing';
import type { ArpCase, FrameCase, StepCase } from './case.ts';
import { type Plan, type PlannedPort, pick } from './plan.ts';

const PORTS = [5000, 5001, 5002, 7, 5003];
const SOURCE_PORTS = [4000, 4001, 5000, 5001];
export const portOf = (index: number): number => PORTS[index % PORTS.length] ?? 7;

const DESTINATION_MAC = {
  right: undefined,
  right2: undefined,
  wrong: '02:00:00:00:77:77',
  broadcast: MAC.broadcast,
  multicast: '01:00:5e:00:00:05',
} as const;

/** The frame that a case describes, addressed to a port. `id` is its IP identification. */
export function frameOf(plan: Plan, port: PlannedPort, frame: FrameCase, id: number): Uint8Array {
  const ends = {
    sourceMac: port.peerMac,
    destinationMac: DESTINATION_MAC[frame.mac] ?? port.mac,
    source: pick(plan.addresses, frame.source) ?? '0.0.0.0',
    destination: pick(plan.addresses, frame.destination) ?? '0.0.0.0',
    ttl: frame.ttl,
    id,
    fragment: frame.df ? 0x4000 : 0,
  };
  const made = altered(transport(ends, frame), { 15: frame.tos, 22: frame.ttl }, true);
  const whole = frame.padding > 0 ? padded(made, frame.padding) : made;
  if (!frame.broken) return whole;
  const at = 14 + (frame.broken.at % (whole.length - 14));
  return altered(whole, { [at]: (whole[at] ?? 0) ^ frame.broken.xor }, frame.broken.mend);
}

function transport(ends: Parameters<typeof udp>[0] & object, frame: FrameCase): Uint8Array {
  const payload = Uint8Array.from({ length: frame.length }, (_, i) => 97 + (i % 26));
  const ports = {
    sourcePort: SOURCE_PORTS[frame.sourcePort % SOURCE_PORTS.length] ?? 4000,
    destinationPort: portOf(frame.destinationPort),
  };
  switch (frame.protocol) {
    case 'udp':
      return udp({ ...ends, ...ports }, payload);
    case 'tcp':
      return tcp(
        { ...ends, ...ports, flags: frame.flags, acknowledgment: 7777, options: frame.flags & 2 ? { mss: 1400 } : {} },
        frame.flags & 2 ? '' : payload,
      );
    case 'echo':
      return icmp(ends, payload);
    case 'error': {
      const { source = '', destination = '' } = ends;
      const quoted = udp({
        source: destination,
        destination: source,
        sourcePort: ports.destinationPort,
        destinationPort: ports.sourcePort,
      });
      return icmp({ ...ends, type: 3, code: 3, rest: 0 }, quoted.subarray(14));
    }
    case 'other':
      return ipv4(253, payload, ends);
    default:
      return frame.protocol satisfies never;
  }
}

/** The frames of a step that puts frames in. */
export function framesOf(plan: Plan, port: PlannedPort, step: StepCase, id: number): readonly Uint8Array[] {
  switch (step.kind) {
    case 'frame':
      return [frameOf(plan, port, step.frame, id)];
    case 'fragments': {
      const whole = frameOf(plan, port, { ...step.frame, length: 64, broken: undefined, padding: 0, df: false }, id);
      const end = whole.length - 34;
      return step.cuts
        .filter(({ from }) => from * 8 < end)
        .map(({ from, length }) => fragmentOf(whole, from * 8, Math.min(end, (from + length) * 8)));
    }
    case 'arp':
      return [arpOf(plan, port, step.arp)];
    case 'send':
      return [];
    default:
      return step satisfies never;
  }
}

function arpOf(plan: Plan, port: PlannedPort, { request, sender, target, mac, direct }: ArpCase): Uint8Array {
  return arp({
    operation: request ? 'request' : 'reply',
    senderIp: pick(plan.addresses, sender) ?? '0.0.0.0',
    targetIp: pick(plan.addresses, target) ?? '0.0.0.0',
    senderMac: mac === 0 ? port.peerMac : `02:00:00:00:ab:0${mac}`,
    ...(direct ? { to: port.mac } : {}),
  });
}
