import fc from 'fast-check';
import type { ArpCase, Case, FrameCase, NetCase, ProgramCase, SocketCase, StepCase } from './case.ts';

/** The largest index that any list needs; taken modulo its length. */
const index = fc.nat(63);

const net: fc.Arbitrary<NetCase> = fc.record({
  forward: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  sysctls: fc.array(fc.record({ setting: index, value: fc.nat(2), port: index }), { maxLength: 2 }),
});

const cable = fc.record({ left: index, right: index, prefix: fc.nat(7), acquainted: fc.boolean() });

const route = fc.record({ port: index, to: index, via: fc.nat(4), metric: fc.nat(2) });

const program: fc.Arbitrary<ProgramCase> = fc.record({
  port: index,
  hook: fc.constantFrom('ingress', 'egress', 'native', 'generic'),
  program: index,
  argument: index,
});

const socket: fc.Arbitrary<SocketCase> = fc.record({
  net: index,
  kind: fc.constantFrom('udp', 'udp', 'tcp'),
  address: fc.nat(3),
  port: fc.nat(2),
  peer: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: index }),
});

const broken = fc.option(fc.record({ at: fc.nat(39), xor: fc.integer({ min: 1, max: 255 }), mend: fc.boolean() }), {
  nil: undefined,
  freq: 6,
});

/** Mostly ordinary; each field now and then odd. */
const frame: fc.Arbitrary<FrameCase> = fc.record({
  protocol: fc.constantFrom('udp', 'udp', 'udp', 'tcp', 'tcp', 'echo', 'error', 'other'),
  source: index,
  destination: index,
  sourcePort: fc.nat(3),
  destinationPort: fc.nat(4),
  ttl: fc.constantFrom(64, 64, 64, 2, 1, 3, 255, 0),
  tos: fc.constantFrom(0, 0, 0, 0x10, 0xb8),
  flags: fc.constantFrom(2, 2, 16, 0, 1, 4, 18, 17, 24, 3, 20),
  df: fc.boolean(),
  length: fc.oneof({ weight: 5, arbitrary: fc.nat(40) }, { weight: 1, arbitrary: fc.integer({ min: 41, max: 1400 }) }),
  mac: fc.constantFrom('right', 'right', 'right', 'right', 'right', 'right2', 'wrong', 'broadcast', 'multicast'),
  padding: fc.constantFrom(0, 0, 0, 6),
  broken,
});

const arp: fc.Arbitrary<ArpCase> = fc.record({
  request: fc.boolean(),
  sender: index,
  target: index,
  mac: fc.nat(2),
  direct: fc.boolean(),
});

const cut = fc.record({ from: fc.nat(7), length: fc.integer({ min: 1, max: 4 }) });

const step: fc.Arbitrary<StepCase> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('frame' as const), port: index, frame }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('fragments' as const),
      port: index,
      frame,
      cuts: fc.array(cut, { minLength: 1, maxLength: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('arp' as const), port: index, arp }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      socket: index,
      to: index,
      port: fc.nat(4),
      length: fc.nat(60),
    }),
  },
);

/** Random cases. */
export const anyCase: fc.Arbitrary<Case> = fc.record({
  nets: fc.array(net, { minLength: 2, maxLength: 5 }),
  cables: fc.array(cable, { minLength: 1, maxLength: 5 }),
  connected: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  routes: fc.array(route, { maxLength: 4 }),
  addresses: fc.array(fc.record({ port: index, address: index }), { maxLength: 2 }),
  programs: fc.oneof(
    { weight: 1, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(program, { minLength: 1, maxLength: 3 }) },
  ),
  sockets: fc.array(socket, { maxLength: 5 }),
  steps: fc.array(step, { minLength: 1, maxLength: 20 }),
});
