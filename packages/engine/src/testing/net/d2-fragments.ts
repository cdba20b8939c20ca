import { altered, fragmentOf, inner, listenOn, lone, onSegment, sentBy, text, udp } from '../builders/index.ts';
import { type NetScenario, rowOf, type World } from '../world.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'.repeat(4);
/** 112 bytes behind the IP header: the UDP header and 104 letters. */
const WHOLE = udp({ id: 0x77, fragment: 0 }, LETTERS);
const END = 112;
const part = (from: number, to: number) => fragmentOf(WHOLE, from, to);

/** How many datagrams, and of which length, a server gets of the frames. */
async function got(world: World, frames: readonly Uint8Array[]): Promise<(number | string)[]> {
  const { b, device } = lone(world);
  const lines = listenOn(b);
  for (const frame of frames) device.inject(frame);
  device.inject(udp({}, 'after'));
  await world.moment();
  return lines.map((line) => {
    const payload = line.split(' from ')[0] ?? '';
    return payload === LETTERS ? 'whole' : payload;
  });
}

const other = udp({ id: 0x78, fragment: 0 }, LETTERS.toUpperCase().slice(0, 40));

const cases: readonly (readonly [string, readonly Uint8Array[], readonly string[]])[] = [
  ['in order', [part(0, 48), part(48, 96), part(96, END)], ['whole', 'after']],
  ['the last first', [part(96, END), part(48, 96), part(0, 48)], ['whole', 'after']],
  ['in the middle last', [part(0, 48), part(96, END), part(48, 96)], ['whole', 'after']],
  ['one missing', [part(0, 48), part(96, END)], ['after']],
  ['the first missing', [part(48, 96), part(96, END)], ['after']],
  ['one twice', [part(0, 48), part(0, 48), part(48, END)], ['whole', 'after']],
  ['the last one twice', [part(48, END), part(48, END), part(0, 48)], ['whole', 'after']],
  ['one within another', [part(0, 96), part(48, 96), part(96, END)], ['whole', 'after']],
  ['two that overlap by half', [part(0, 56), part(48, END)], ['after']],
  ['one that begins like the last, and is shorter', [part(96, END - 8), part(0, 96), part(96, END)], ['after']],
  ['of eight bytes each', Array.from({ length: 14 }, (_, i) => part(i * 8, i * 8 + 8)), ['whole', 'after']],
  ['in the middle with a length that is no multiple of eight', [part(0, 44), part(48, END)], ['after']],
  [
    'of two datagrams, mixed',
    [part(0, 48), fragmentOf(other, 0, 24), fragmentOf(other, 24, 48), part(48, END)],
    [LETTERS.toUpperCase().slice(0, 40), 'whole', 'after'],
  ],
  ['the identification differs', [part(0, 48), altered(part(48, END), { 19: 0x99 }, true)], ['after']],
  ['the sender differs', [part(0, 48), altered(part(48, END), { 29: 10 }, true)], ['after']],
  ['the protocol differs', [part(0, 48), altered(part(48, END), { 23: 17 + 64 }, true)], ['after']],
  [
    'the TTL differs, which does not matter',
    [part(0, 48), altered(part(48, END), { 22: 7 }, true)],
    ['whole', 'after'],
  ],
  ['the whole one, of a datagram that was never cut', [part(0, END)], ['whole', 'after']],
];

export const D2_FRAGMENTS = rowOf('D2', [
  ...cases.map(
    ([what, frames, expected]): Omit<NetScenario, 'row'> => ({
      name: `fragments: ${what}`,
      run: (world) => got(world, frames),
      expected,
    }),
  ),
  {
    name: 'a datagram larger than the mtu leaves in fragments, and arrives whole',
    run: async (world) => {
      const { one, two, nicOne } = onSegment(world, 600);
      const lines = listenOn(two);
      const sent = sentBy(nicOne);
      const socket = one.udpSocket();
      socket.bind('0.0.0.0', 4000);
      socket.send(text('x'.repeat(1500)), { address: '10.9.0.2', port: 5000 });
      await world.moment();
      return [lines.map((line) => line.length), sent.map(inner).filter((line) => !line.includes('ARP'))];
    },
    expected: [
      [1500 + ' from 10.9.0.1:4000'.length],
      [
        '10.9.0.1 > 10.9.0.2: UDP, ttl 64, fragment at 0+ | UDP 4000 > 5000, length 1500',
        '10.9.0.1 > 10.9.0.2: UDP, ttl 64, fragment at 576+',
        '10.9.0.1 > 10.9.0.2: UDP, ttl 64, fragment at 1152',
      ].map((line) =>
        line.replace(
          ' | UDP 4000 > 5000, length 1500',
          ' | udp [UDP length 1508 reaches beyond the 576 bytes there are]',
        ),
      ),
    ],
  },
  {
    name: 'the checksum is that of the whole datagram',
    run: (world) => {
      const bad = altered(WHOLE, { 60: 0 });
      return got(world, [fragmentOf(bad, 0, 48), fragmentOf(bad, 48, END)]);
    },
    expected: ['after'],
  },
]);
