import { altered, IP, icmp, ipv4, listenOn, lone, MAC, outcome, padded, plain, udp } from '../builders/index.ts';
import { type NetScenario, rowOf, type World } from '../world.ts';

/** What a server on our port 5000 gets of the frames. */
async function received(
  world: World,
  frames: readonly Uint8Array[],
  prepare?: (made: ReturnType<typeof lone>) => void,
) {
  const made = lone(world);
  const got = listenOn(made.b);
  prepare?.(made);
  for (const frame of frames) made.device.inject(frame);
  await world.moment();
  return got.map((line) => line.split(' from ')[0]);
}

/** Offsets in the frame. */
const VERSION = 14;
const TOTAL_LENGTH = 16;
const TTL = 22;
const IP_CHECKSUM = 24;
const UDP_CHECKSUM = 40;

/** A datagram with an IP header of more than 20 bytes. */
function withOptions(options: readonly number[]): Uint8Array {
  const plainFrame = udp({}, 'options');
  const frame = Uint8Array.of(...plainFrame.subarray(0, 34), ...options, ...plainFrame.subarray(34));
  frame[VERSION] = 0x40 | (5 + options.length / 4);
  frame[TOTAL_LENGTH + 1] = frame.length - 14;
  return altered(frame, {}, true);
}

const drops: readonly (readonly [string, Uint8Array])[] = [
  ['a wrong UDP checksum', altered(udp({}, 'bad'), { [UDP_CHECKSUM]: 0x11 })],
  ['a wrong IP header checksum', altered(udp({}, 'bad'), { [IP_CHECKSUM]: 0x11 })],
  ['a destination MAC that is not ours', udp({ destinationMac: MAC.c }, 'bad')],
  ['a total length beyond the frame', altered(udp({}, 'bad'), { [TOTAL_LENGTH + 1]: 200 }, true)],
  ['a total length below the header', altered(udp({}, 'bad'), { [TOTAL_LENGTH + 1]: 19 }, true)],
  ['a version that is not 4', altered(udp({}, 'bad'), { [VERSION]: 0x55 }, true)],
  ['a header length below 20', altered(udp({}, 'bad'), { [VERSION]: 0x44 })],
  ['a header length beyond the frame', altered(udp({}, 'bad'), { [VERSION]: 0x4f })],
  ['a frame that ends within the IP header', udp({}, 'bad').subarray(0, 30)],
  ['an EtherType that nobody handles', altered(udp({}, 'bad'), { 12: 0x88, 13: 0xb5 })],
  ['a length where the EtherType should be', altered(udp({}, 'bad'), { 12: 0, 13: 46 })],
];

const dropScenarios = drops.map(
  ([what, frame]): Omit<NetScenario, 'row'> => ({
    name: `a datagram with ${what} is dropped, and the next one arrives`,
    run: (world) => received(world, [frame, udp({}, 'good')]),
    expected: ['good'],
  }),
);

const martians: readonly (readonly [string, Parameters<typeof udp>[0]])[] = [
  ['from a multicast address', { source: '224.0.0.5' }],
  ['from the limited broadcast address', { source: '255.255.255.255' }],
  ['from a loopback address', { source: '127.0.0.1' }],
  ['from our own address', { source: IP.b }],
  ['to a loopback address', { destination: '127.0.0.1' }],
  ['to network zero', { destination: '0.0.0.1' }],
  ['to a multicast group nobody joined', { destination: '224.0.0.77' }],
];

const martianScenarios = martians.map(
  ([what, ends]): Omit<NetScenario, 'row'> => ({
    name: `a datagram ${what} is dropped`,
    run: (world) => received(world, [udp(ends, 'martian'), udp({}, 'good')]),
    expected: ['good'],
  }),
);

/** Sources that look wrong, and that Linux takes where rp_filter is 0. */
const odd = ['10.0.0.255', '0.0.0.1', '240.0.0.1'].map(
  (source): Omit<NetScenario, 'row'> => ({
    name: `a datagram from ${source} arrives where rp_filter is 0`,
    run: (world) => received(world, [udp({ source }, 'odd')]),
    expected: ['odd'],
  }),
);

export const D1_IP_RECEIVE = rowOf('D1', [
  ...odd,
  ...dropScenarios,
  ...martianScenarios,
  {
    name: 'bytes behind the packet are cut off',
    run: (world) => received(world, [padded(udp({}, 'short'), 20)]),
    expected: ['short'],
  },
  {
    name: 'a TTL of 1, and of 0, is enough for the host itself',
    run: (world) => received(world, [udp({ ttl: 1 }, 'one'), altered(udp({}, 'zero'), { [TTL]: 0 }, true)]),
    expected: ['one', 'zero'],
  },
  {
    name: 'options that say nothing are passed over',
    run: (world) => received(world, [withOptions([1, 1, 1, 0]), withOptions([0, 0, 0, 0, 0, 0, 0, 0])]),
    expected: ['options', 'options'],
  },
  {
    name: 'a datagram to the limited and to the subnet broadcast address arrives at a server of any address',
    run: (world) =>
      received(world, [
        udp({ destination: '255.255.255.255', destinationMac: MAC.broadcast }, 'everyone'),
        udp({ destination: '10.0.0.255', destinationMac: MAC.broadcast }, 'subnet'),
      ]),
    expected: ['everyone', 'subnet'],
  },
  {
    name: 'a datagram to us in a broadcast frame arrives, unless drop_unicast_in_l2_multicast is set',
    run: async (world) => {
      const frame = udp({ destinationMac: MAC.broadcast }, 'loud');
      const open = await received(world, [frame]);
      return open;
    },
    expected: ['loud'],
  },
  {
    name: 'drop_unicast_in_l2_multicast drops a datagram to us in a broadcast frame',
    run: (world) =>
      received(world, [udp({ destinationMac: MAC.broadcast }, 'loud'), udp({}, 'good')], ({ b }) =>
        b.setSysctl('net.ipv4.conf.eth0.drop_unicast_in_l2_multicast', '1'),
      ),
    expected: ['good'],
  },
  {
    name: 'route_localnet lets a loopback destination in from outside',
    run: (world) =>
      received(world, [udp({ destination: '127.0.0.1' }, 'local')], ({ b }) =>
        b.setSysctl('net.ipv4.conf.eth0.route_localnet', '1'),
      ),
    expected: ['local'],
  },
  {
    name: 'accept_local lets our own source address in',
    run: (world) =>
      received(world, [udp({ source: IP.b }, 'own')], ({ b }) => b.setSysctl('net.ipv4.conf.eth0.accept_local', '1')),
    expected: ['own'],
  },
  {
    name: 'what a host has as its second address is its own too',
    run: (world) =>
      received(world, [udp({ destination: '10.7.0.1' }, 'second')], ({ b, device }) =>
        b.addAddress(device, '10.7.0.1/16'),
      ),
    expected: ['second'],
  },
  {
    name: 'a datagram with no payload arrives as one of no bytes',
    run: (world) => received(world, [udp({}, '')]),
    expected: [''],
  },
  {
    name: 'a sysctl out of its range, and one that does not exist, are refused',
    run: async (world) => {
      const { b } = lone(world);
      return [
        outcome(() => b.setSysctl('net.ipv4.ip_default_ttl', '256')),
        outcome(() => b.setSysctl('net.ipv4.no_such_setting', '1')),
        b.sysctl('net.ipv4.ip_default_ttl'),
      ];
    },
    expected: ['EINVAL', 'ENOENT', '64'],
  },
  {
    name: 'frames of many protocols at once: each server gets its own',
    run: async (world) => {
      const { b, device } = lone(world);
      const got = [listenOn(b, 5000), listenOn(b, 5001)];
      for (let i = 0; i < 20; i++) {
        device.inject(udp({ destinationPort: 5000 + (i % 2) }, `${i}`));
        device.inject(icmp({}, plain(new Uint8Array(3))));
        device.inject(ipv4(253, new Uint8Array(8)));
      }
      await world.moment();
      return got.map((lines) => lines.map((line) => Number(line.split(' ')[0])));
    },
    expected: [
      [0, 2, 4, 6, 8, 10, 12, 14, 16, 18],
      [1, 3, 5, 7, 9, 11, 13, 15, 17, 19],
    ],
  },
]);
