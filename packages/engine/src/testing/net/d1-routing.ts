import { IP, inner, lone, outcome, router, sentBy, shown, text, udp, watch } from '../builders/index.ts';
import { type NetScenario, rowOf, type World } from '../world.ts';

type Made = ReturnType<typeof router>;

/** By which device a router sends a datagram that comes in on its left. */
async function wayOf(world: World, destinations: readonly string[], prepare: (made: Made) => void) {
  const made = router(world);
  const { device, right } = made;
  prepare(made);
  const [left, other] = [sentBy(device), sentBy(right)];
  const ways: string[] = [];
  for (const destination of destinations) {
    device.inject(udp({ destination }));
    await world.moment();
    const name = (frames: Uint8Array[], side: string) =>
      frames.splice(0).map((frame) => `${side} ${shown(frame).split(' > ')[1]?.split(',')[0]}`);
    ways.push([...name(left, 'left'), ...name(other, 'right')].join(' and ') || 'nowhere');
  }
  return ways;
}

const GATEWAY_LEFT = '10.0.0.50';
const GATEWAY_RIGHT = '10.0.1.50';
const gateways = ({ b, device, right }: Made) => {
  b.addNeighbour(device, GATEWAY_LEFT, '02:00:00:00:00:50');
  b.addNeighbour(right, GATEWAY_RIGHT, '02:00:00:00:00:51');
};
const LEFT = 'left 02:00:00:00:00:50';
const RIGHT = 'right 02:00:00:00:00:51';

/** Routes that lead nowhere: what a router says to the sender, and what a process is told. */
const NOWHERE = [
  ['blackhole', [], 'EINVAL'],
  ['unreachable', ['ICMP host unreachable'], 'EHOSTUNREACH'],
  ['prohibit', ['ICMP administratively prohibited'], 'EACCES'],
] as const;

export const D1_ROUTING = rowOf('D1', [
  {
    name: 'the longest prefix decides, in whatever order routes were added',
    run: (world) =>
      wayOf(world, ['10.5.9.9', '10.5.1.9', '10.5.1.2', '10.6.0.1'], (made) => {
        gateways(made);
        const { b, device, right } = made;
        b.addRoute({ to: '10.5.1.0/24', via: GATEWAY_RIGHT, device: right });
        b.addRoute({ to: '10.5.0.0/16', via: GATEWAY_LEFT, device });
        b.addRoute({ to: '10.5.1.2/32', via: GATEWAY_LEFT, device });
        b.addRoute({ to: '0.0.0.0/0', via: GATEWAY_RIGHT, device: right });
      }),
    expected: [LEFT, RIGHT, LEFT, RIGHT],
  },
  {
    name: 'of two routes to one prefix the lower metric decides',
    run: (world) =>
      wayOf(world, ['10.5.0.1'], (made) => {
        gateways(made);
        const { b, device, right } = made;
        b.addRoute({ to: '10.5.0.0/16', via: GATEWAY_LEFT, device, metric: 20 });
        b.addRoute({ to: '10.5.0.0/16', via: GATEWAY_RIGHT, device: right, metric: 10 });
      }),
    expected: [RIGHT],
  },
  {
    name: 'a longer prefix beats a lower metric',
    run: (world) =>
      wayOf(world, ['10.5.0.1'], (made) => {
        gateways(made);
        const { b, device, right } = made;
        b.addRoute({ to: '10.5.0.0/24', via: GATEWAY_LEFT, device, metric: 900 });
        b.addRoute({ to: '10.5.0.0/16', via: GATEWAY_RIGHT, device: right, metric: 1 });
      }),
    expected: [LEFT],
  },
  {
    name: 'a route that is there already is refused; with another metric it is another route',
    run: async (world) => {
      const { b, device } = router(world);
      const add = (metric?: number) =>
        outcome(() =>
          b.addRoute({ to: '10.5.0.0/16', via: GATEWAY_LEFT, device, ...(metric === undefined ? {} : { metric }) }),
        );
      return [add(), add(), add(5), add(5)];
    },
    expected: ['ok', 'EEXIST', 'ok', 'EEXIST'],
  },
  {
    name: 'a gateway that is not on that link of ours is refused',
    run: async (world) => {
      const { b, device, right } = router(world);
      return [
        outcome(() => b.addRoute({ to: '10.5.0.0/16', via: '10.77.0.1', device })),
        outcome(() => b.addRoute({ to: '10.6.0.0/16', via: GATEWAY_LEFT, device: right })),
        outcome(() => b.addRoute({ to: '10.7.0.0/16', via: IP.b, device })),
      ];
    },
    expected: ['ENETUNREACH', 'ENETUNREACH', 'ok'],
  },
  {
    name: 'a prefix with bits beyond its length is refused',
    run: async (world) => {
      const { b, device } = router(world);
      return outcome(() => b.addRoute({ to: '10.5.0.1/16', via: GATEWAY_LEFT, device }));
    },
    expected: 'EINVAL',
  },
  {
    name: 'a route without a gateway asks for the destination itself',
    run: async (world) => {
      const { b, device, right } = router(world);
      b.addRoute({ to: '10.5.0.0/16', device: right });
      const seen = watch(right);
      device.inject(udp({ destination: '10.5.3.3' }));
      await world.moment();
      return seen.map((line) => line.split(' | ')[1]);
    },
    expected: [`ARP who-has 10.5.3.3 tell ${IP.right}`],
  },
  {
    name: 'where no route leads, a process is told ENETUNREACH',
    run: async (world) => {
      const { b } = lone(world);
      const socket = b.udpSocket();
      return [
        socket.send(text('x'), { address: '192.0.2.1', port: 9 }),
        outcome(() => b.udpSocket().connect('192.0.2.1', 9)),
        socket.send(text('x'), { address: IP.stranger, port: 9 }) ?? 'sent',
      ];
    },
    expected: ['ENETUNREACH', 'ENETUNREACH', 'sent'],
  },
  {
    name: 'the source address is that of the device; a route may prefer another',
    run: async (world) => {
      const { b, device, right } = router(world);
      b.addRoute({ to: '10.5.0.0/16', via: IP.farStranger, device: right });
      b.addRoute({ to: '10.6.0.0/16', via: IP.farStranger, device: right, source: IP.b });
      const sent = sentBy(right);
      for (const address of ['10.5.0.1', '10.6.0.1']) b.udpSocket().send(text('x'), { address, port: 9 });
      await world.moment();
      return [device.name, ...sent.map((frame) => inner(frame).split(':')[0])];
    },
    expected: ['eth0', `${IP.right} > 10.5.0.1`, `${IP.b} > 10.6.0.1`],
  },
  {
    name: 'among several addresses of a device, that of the destination’s own subnet is the source',
    run: async (world) => {
      const { b, device } = lone(world);
      b.addAddress(device, '10.7.0.1/24');
      b.addAddress(device, '10.0.0.3/24');
      b.addNeighbour(device, '10.7.0.9', '02:00:00:00:00:79');
      const sent = sentBy(device);
      for (const address of ['10.7.0.9', IP.stranger]) b.udpSocket().send(text('x'), { address, port: 9 });
      await world.moment();
      return sent.map((frame) => inner(frame).split(':')[0]);
    },
    expected: ['10.7.0.1 > 10.7.0.9', `${IP.b} > ${IP.stranger}`],
  },
  {
    name: 'a host with an address of prefix length 32 has no subnet',
    run: async (world) => {
      const { host } = lone(world);
      const [left, right] = [host.createNetns('l'), host.createNetns('r')];
      const [device] = left.addVeth('v', right, 'v');
      left.addAddress(device, '10.4.0.1/32');
      const socket = left.udpSocket();
      const before = socket.send(text('x'), { address: '10.4.0.2', port: 9 });
      left.addRoute({ to: '10.4.0.2/32', device });
      return [before, socket.send(text('x'), { address: '10.4.0.2', port: 9 }) ?? 'sent'];
    },
    expected: ['ENETUNREACH', 'sent'],
  },
  {
    name: 'an address of prefix length 31 has a neighbour and no broadcast address',
    run: async (world) => {
      const { host } = lone(world);
      const [left, right] = [host.createNetns('l'), host.createNetns('r')];
      const [device] = left.addVeth('v', right, 'v');
      left.addAddress(device, '10.4.0.0/31');
      const seen = watch(device);
      left.udpSocket().send(text('x'), { address: '10.4.0.1', port: 9 });
      await world.moment();
      return seen.map((line) => line.split(' | ')[1]);
    },
    expected: ['ARP who-has 10.4.0.1 tell 10.4.0.0'],
  },
  ...NOWHERE.map(
    ([type, said, errno]): Omit<NetScenario, 'row'> => ({
      name: `a route of type ${type}`,
      run: async (world) => {
        const { b, device } = router(world);
        b.addRoute({ to: '0.0.0.0/0', via: IP.stranger, device });
        b.addRoute({ to: '10.5.0.0/16', type });
        const sent = sentBy(device);
        device.inject(udp({ destination: '10.5.0.1' }));
        await world.moment();
        const answer = b.udpSocket().send(text('x'), { address: '10.5.0.1', port: 9 });
        return [sent.map((frame) => inner(frame).split(' | ')[1]), answer];
      },
      expected: [said, errno],
    }),
  ),
]);
