import { IP, inner, router, sentBy, udp } from '../builders/index.ts';
import { type NetScenario, rowOf, type World } from '../world.ts';

/** Where an answer to the source would go: by the device it came in by, by the other one, or nowhere. */
const SOURCES = { here: '10.0.0.30', there: '10.0.1.30', nowhere: '192.0.2.1' } as const;

/** Which sources get through a router from its left, with rp_filter as given. */
async function through(world: World, all: string, device: string): Promise<string[]> {
  const made = router(world);
  const { b, right } = made;
  b.setSysctl('net.ipv4.conf.all.rp_filter', all);
  b.setSysctl('net.ipv4.conf.eth0.rp_filter', device);
  const sent = sentBy(right);
  for (const source of Object.values(SOURCES)) made.device.inject(udp({ source, destination: IP.farStranger }));
  await world.moment();
  return sent.map((frame) => inner(frame).split(' ')[0] ?? '');
}

const { here, there, nowhere } = SOURCES;
const cases: readonly (readonly [all: string, device: string, through: readonly string[]])[] = [
  ['0', '0', [here, there, nowhere]],
  ['0', '1', [here]],
  ['1', '0', [here]],
  ['0', '2', [here, there]],
  ['2', '0', [here, there]],
  ['1', '2', [here, there]],
  ['2', '1', [here, there]],
];

export const D1_SOURCE_CHECKS = rowOf('D1', [
  ...cases.map(
    ([all, device, expected]): Omit<NetScenario, 'row'> => ({
      name: `rp_filter ${all} for all and ${device} for the device`,
      run: (world) => through(world, all, device),
      expected,
    }),
  ),
  {
    name: 'rp_filter 1 takes a source that a default route leads back to by the same device',
    run: async (world) => {
      const { b, device, right } = router(world);
      b.setSysctl('net.ipv4.conf.eth0.rp_filter', '1');
      b.addRoute({ to: '0.0.0.0/0', via: IP.stranger, device });
      const sent = sentBy(right);
      device.inject(udp({ source: nowhere, destination: IP.farStranger }));
      await world.moment();
      return sent.length;
    },
    expected: 1,
  },
  {
    name: 'a router takes no packet from outside that claims its own source address',
    run: async (world) => {
      const { device, right } = router(world);
      const sent = sentBy(right);
      device.inject(udp({ source: IP.b, destination: IP.farStranger }));
      device.inject(udp({ source: IP.right, destination: IP.farStranger }));
      await world.moment();
      return sent.length;
    },
    expected: 0,
  },
  {
    name: 'rp_filter 1 holds for packets to the host itself as well',
    run: async (world) => {
      const { b, device } = router(world);
      b.setSysctl('net.ipv4.conf.eth0.rp_filter', '1');
      const sent = sentBy(device);
      for (const source of [there, IP.stranger]) device.inject(udp({ source, destinationPort: 9 }));
      await world.moment();
      return sent.map((frame) => inner(frame).split(':')[0]);
    },
    expected: [`${IP.b} > ${IP.stranger}`],
  },
]);
