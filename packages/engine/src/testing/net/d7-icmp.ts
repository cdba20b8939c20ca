import { toHex } from '@sluice/wire';
import {
  altered,
  fragmentOf,
  hex,
  IP,
  icmp,
  inner,
  ipv4,
  lone,
  MAC,
  outcome,
  router,
  sentBy,
  shown,
  text,
  udp,
} from '../builders/index.ts';
import { type NetScenario, rowOf, type World } from '../world.ts';

/** What the host under test sends when it gets the frames. */
async function answers(world: World, frames: readonly Uint8Array[], prepare?: (made: ReturnType<typeof lone>) => void) {
  const made = lone(world);
  prepare?.(made);
  const sent = sentBy(made.device);
  for (const frame of frames) made.device.inject(frame);
  await world.moment();
  return sent;
}

/** The ICMP message within a frame, as hex. */
const message = (frame: Uint8Array): string => hex(frame).slice(2 * 34);
const quoted = (frame: Uint8Array, bytes: number): string => toHex(frame, 14, bytes);

const silences: readonly (readonly [string, Uint8Array])[] = [
  ['a datagram to the broadcast address', udp({ destination: '10.0.0.255', destinationMac: MAC.broadcast })],
  ['a datagram to us in a broadcast frame', udp({ destinationMac: MAC.broadcast })],
  ['a datagram from 0.0.0.0', udp({ source: '0.0.0.0' })],
  ['an ICMP error', icmp({ type: 3, code: 3, rest: 0 }, udp().subarray(14))],
  ['an ICMP message of a type nobody knows', icmp({ type: 77, rest: 0 })],
  ['an echo request with a wrong checksum', altered(icmp(), { 36: 1 })],
  ['an echo request to the broadcast address', icmp({ destination: '10.0.0.255', destinationMac: MAC.broadcast })],
  ['an ICMP message of four bytes', ipv4(1, Uint8Array.of(8, 0, 0xf7, 0xff))],
  ['a datagram with a wrong checksum to a closed port', altered(udp(), { 40: 1 })],
  ['an echo reply nobody waits for', icmp({ type: 0 })],
];

export const D7_ICMP = rowOf('D7', [
  ...silences.map(
    ([what, frame]): Omit<NetScenario, 'row'> => ({
      name: `${what} is not answered`,
      run: async (world) => (await answers(world, [frame])).map(shown),
      expected: [],
    }),
  ),
  {
    name: 'an echo request is answered with its own id, sequence and payload',
    run: async (world) => {
      const sent = await answers(world, [
        icmp({}, 'abc'),
        icmp({ rest: 0x0008_0002 }, ''),
        icmp({ ttl: 1 }, 'x'.repeat(1400)),
      ]);
      return sent.map((frame) => [shown(frame), frame.length, message(frame).slice(16, 40)]);
    },
    expected: [
      [
        `${MAC.b} > ${MAC.stranger}, IPv4 | ${IP.b} > ${IP.stranger}: ICMP, ttl 64 | ICMP echo reply, id 7, seq 1`,
        45,
        '616263',
      ],
      [
        `${MAC.b} > ${MAC.stranger}, IPv4 | ${IP.b} > ${IP.stranger}: ICMP, ttl 64 | ICMP echo reply, id 8, seq 2`,
        42,
        '',
      ],
      [
        `${MAC.b} > ${MAC.stranger}, IPv4 | ${IP.b} > ${IP.stranger}: ICMP, ttl 64 | ICMP echo reply, id 7, seq 1`,
        1442,
        '78'.repeat(12),
      ],
    ],
  },
  {
    name: 'an echo reply keeps the type of service of its request',
    run: async (world) => (await answers(world, [altered(icmp(), { 15: 0x10 }, true)])).map((frame) => frame[15]),
    expected: [0x10],
  },
  {
    name: 'echo requests are ignored with icmp_echo_ignore_all',
    run: async (world) =>
      (await answers(world, [icmp()], ({ b }) => b.setSysctl('net.ipv4.icmp_echo_ignore_all', '1'))).length,
    expected: 0,
  },
  {
    name: 'an echo request to the broadcast address is answered with icmp_echo_ignore_broadcasts 0, from our address',
    run: async (world) => {
      const frame = icmp({ destination: '10.0.0.255', destinationMac: MAC.broadcast });
      const off = ({ b }: ReturnType<typeof lone>) => b.setSysctl('net.ipv4.icmp_echo_ignore_broadcasts', '0');
      return (await answers(world, [frame], off)).map(inner);
    },
    expected: [`${IP.b} > ${IP.stranger}: ICMP, ttl 64 | ICMP echo reply, id 7, seq 1`],
  },
  {
    name: 'port unreachable quotes the whole short datagram, byte for byte',
    run: async (world) => {
      const frame = udp({ id: 0x4242 });
      const sent = await answers(world, [frame]);
      return [
        sent.map(shown),
        sent.map((out) => message(out).slice(0, 4) + message(out).slice(8, 16)),
        sent.map((out) => message(out).slice(16) === quoted(frame, 33)),
        sent.map((out) => out[15]),
      ];
    },
    expected: [
      [`${MAC.b} > ${MAC.stranger}, IPv4 | ${IP.b} > ${IP.stranger}: ICMP, ttl 64 | ICMP port unreachable`],
      ['030300000000'],
      [true],
      [0xc0],
    ],
  },
  {
    name: 'an error quotes no more than fits into 576 bytes',
    run: async (world) => {
      const sent = await answers(world, [
        udp({}, 'y'.repeat(1400)),
        udp({}, 'y'.repeat(520)),
        udp({}, 'y'.repeat(521)),
      ]);
      return sent.map((frame) => frame.length - 14);
    },
    expected: [576, 576, 576],
  },
  {
    name: 'a protocol nobody handles: protocol unreachable',
    run: async (world) => (await answers(world, [ipv4(253, text('eight by')), ipv4(132, text('eight by'))])).map(inner),
    expected: [
      `${IP.b} > ${IP.stranger}: ICMP, ttl 64 | ICMP protocol unreachable`,
      `${IP.b} > ${IP.stranger}: ICMP, ttl 64 | ICMP protocol unreachable`,
    ],
  },
  {
    name: 'the error keeps the type of service, with internetwork control on top',
    run: async (world) => (await answers(world, [altered(udp(), { 15: 0x08 }, true)])).map((frame) => frame[15]),
    expected: [0xc8],
  },
  {
    name: 'the error about a datagram put together quotes its beginning',
    run: async (world) => {
      const whole = udp({ id: 3, fragment: 0 }, 'q'.repeat(100));
      const sent = await answers(world, [fragmentOf(whole, 0, 48), fragmentOf(whole, 48, 108)]);
      return sent.map((frame) => [inner(frame), frame.length]);
    },
    expected: [[`${IP.b} > ${IP.stranger}: ICMP, ttl 64 | ICMP port unreachable`, 14 + 20 + 8 + 128]],
  },
  {
    name: 'time exceeded comes from the address of the device that the packet came in by, and quotes it',
    run: async (world) => {
      const { device } = router(world);
      const sent = sentBy(device);
      const frame = udp({ destination: IP.farStranger, ttl: 1, id: 0x55 });
      device.inject(frame);
      await world.moment();
      return sent.map((out) => [inner(out), message(out).slice(16) === quoted(frame, 33)]);
    },
    expected: [[`${IP.b} > ${IP.stranger}: ICMP, ttl 64 | ICMP time exceeded`, true]],
  },
  {
    name: 'an error about a packet from afar leaves by the way back, from that device’s address',
    run: async (world) => {
      const { b, device, right } = router(world);
      b.addRoute({ to: '10.5.0.0/16', via: IP.farStranger, device: right });
      const sent = [sentBy(device), sentBy(right)];
      device.inject(udp({ source: '10.5.0.1', destination: IP.farStranger, ttl: 1 }));
      await world.moment();
      return sent.map((frames) => frames.map(inner));
    },
    expected: [[], [`${IP.right} > 10.5.0.1: ICMP, ttl 64 | ICMP time exceeded`]],
  },
  {
    name: 'with icmp_errors_use_inbound_ifaddr it is from the address the packet came in by',
    run: async (world) => {
      const { b, device, right } = router(world);
      b.setSysctl('net.ipv4.icmp_errors_use_inbound_ifaddr', '1');
      b.addRoute({ to: '10.5.0.0/16', via: IP.farStranger, device: right });
      const sent = sentBy(right);
      device.inject(udp({ source: '10.5.0.1', destination: IP.farStranger, ttl: 1 }));
      await world.moment();
      return sent.map(inner);
    },
    expected: [`${IP.b} > 10.5.0.1: ICMP, ttl 64 | ICMP time exceeded`],
  },
  {
    name: 'no error about any but the first fragment',
    run: async (world) => {
      const { device } = router(world);
      const sent = sentBy(device);
      const whole = udp({ destination: IP.farStranger, ttl: 1, id: 6, fragment: 0 }, 'z'.repeat(100));
      device.inject(fragmentOf(whole, 48, 108));
      device.inject(fragmentOf(whole, 0, 48));
      await world.moment();
      return sent.map(inner);
    },
    expected: [`${IP.b} > ${IP.stranger}: ICMP, ttl 64 | ICMP time exceeded`],
  },
  {
    name: 'a connected socket learns of port unreachable when it next sends; an unconnected one does not',
    run: async (world) => {
      const { b, device } = lone(world);
      const [connected, loose] = [b.udpSocket(), b.udpSocket()];
      connected.bind('0.0.0.0', 6000);
      connected.connect(IP.stranger, 7000);
      loose.bind('0.0.0.0', 6001);
      for (const [socket, port] of [
        [connected, 6000],
        [loose, 6001],
      ] as const) {
        socket.send(text('x'), { address: IP.stranger, port: 7000 });
        const sentFrame = udp({ source: IP.b, destination: IP.stranger, sourcePort: port, destinationPort: 7000 }, 'x');
        device.inject(icmp({ type: 3, code: 3, rest: 0 }, sentFrame.subarray(14)));
      }
      await world.moment();
      return [
        connected.send(text('y')) ?? 'sent',
        connected.send(text('y')) ?? 'sent',
        loose.send(text('y'), { address: IP.stranger, port: 7000 }) ?? 'sent',
      ];
    },
    expected: ['ECONNREFUSED', 'sent', 'sent'],
  },
  {
    name: 'an error that quotes somebody else’s datagram changes nothing',
    run: async (world) => {
      const { b, device } = lone(world);
      const socket = b.udpSocket();
      socket.bind('0.0.0.0', 6000);
      socket.connect(IP.stranger, 7000);
      const quote = (more: object) =>
        udp({ source: IP.b, destination: IP.stranger, sourcePort: 6000, destinationPort: 7000, ...more }, 'x');
      for (const more of [
        { sourcePort: 6001 },
        { destinationPort: 7001 },
        { destination: '10.0.0.8' },
        { source: '10.0.0.8' },
      ]) {
        device.inject(icmp({ type: 3, code: 3, rest: 0 }, quote(more).subarray(14)));
      }
      await world.moment();
      return outcome(() => socket.send(text('y'))) && (socket.send(text('y')) ?? 'sent');
    },
    expected: 'sent',
  },
]);
