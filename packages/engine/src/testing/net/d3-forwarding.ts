import {
  altered,
  fragmentOf,
  hex,
  IP,
  icmp,
  inner,
  lone,
  MAC,
  router,
  sentBy,
  shown,
  tcp,
  udp,
  unhurried,
} from '../builders/index.ts';
import { rowOf, type World } from '../world.ts';

type Made = ReturnType<typeof router>;

/** What a router sends, left and right, of frames that come in on its left. */
async function forwarded(world: World, frames: readonly Uint8Array[], prepare?: (made: Made) => void) {
  const made = router(world);
  prepare?.(made);
  const [left, right] = [sentBy(made.device), sentBy(made.right)];
  for (const frame of frames) made.device.inject(frame);
  await world.moment();
  return { left: left.map(inner), right: right.map(inner) };
}

const FAR = { destination: IP.farStranger } as const;

/** A router between a cable and a segment of mtu 600: the way to 10.9.0.9 is narrow. */
function narrow(world: World) {
  const made = router(world);
  const nic = made.b.addNic('eth2', world.kernel.createSegment('narrow'), { mac: '02:00:00:00:00:2b', mtu: 600 });
  made.b.addAddress(nic, '10.9.0.1/24');
  made.b.addNeighbour(nic, '10.9.0.9', '02:00:00:00:00:99');
  return { ...made, nic };
}

export const D3_FORWARDING = rowOf('D3', [
  {
    name: 'a forwarded datagram loses one hop and changes its MAC addresses, nothing else',
    run: async (world) => {
      const { device, right } = router(world);
      const sent = sentBy(right);
      const frame = udp({ ...FAR, ttl: 9, id: 0x1234 });
      device.inject(frame);
      await world.moment();
      return [sent.map(shown), sent.map((out) => hex(out).slice(28 + 40) === hex(frame).slice(28 + 40))];
    },
    expected: [
      [
        `${MAC.right} > ${MAC.farStranger}, IPv4 | ${IP.stranger} > ${IP.farStranger}: UDP, ttl 8 | UDP 4000 > 5000, length 5`,
      ],
      [true],
    ],
  },
  {
    name: 'TTL 2 goes on as 1; TTL 1 and 0 are refused with ICMP time exceeded',
    run: (world) =>
      forwarded(world, [udp({ ...FAR, ttl: 2 }), udp({ ...FAR, ttl: 1 }), altered(udp(FAR), { 22: 0 }, true)]),
    expected: {
      left: [
        `${IP.b} > ${IP.stranger}: ICMP, ttl 64 | ICMP time exceeded`,
        `${IP.b} > ${IP.stranger}: ICMP, ttl 64 | ICMP time exceeded`,
      ],
      right: [`${IP.stranger} > ${IP.farStranger}: UDP, ttl 1 | UDP 4000 > 5000, length 5`],
    },
  },
  {
    name: 'with ip_forward 0 nothing is forwarded, and nobody is told',
    run: (world) => forwarded(world, [udp(FAR)], ({ b }) => b.setSysctl('net.ipv4.ip_forward', '0')),
    expected: { left: [], right: [] },
  },
  {
    name: 'forwarding can be switched for one device alone',
    run: (world) =>
      forwarded(world, [udp(FAR)], ({ b }) => {
        b.setSysctl('net.ipv4.ip_forward', '0');
        b.setSysctl('net.ipv4.conf.eth0.forwarding', '1');
      }),
    expected: { left: [], right: [`${IP.stranger} > ${IP.farStranger}: UDP, ttl 63 | UDP 4000 > 5000, length 5`] },
  },
  {
    name: 'ip_forward sets every device, and a device may differ after that',
    run: async (world) => {
      const { b } = router(world);
      const read = () => ['all', 'default', 'eth0'].map((name) => b.sysctl(`net.ipv4.conf.${name}.forwarding`));
      const on = read();
      b.setSysctl('net.ipv4.conf.eth0.forwarding', '0');
      const one = [...read(), b.sysctl('net.ipv4.ip_forward')];
      b.setSysctl('net.ipv4.ip_forward', '0');
      b.setSysctl('net.ipv4.ip_forward', '1');
      return [on, one, read()];
    },
    expected: [
      ['1', '1', '1'],
      ['1', '1', '0', '1'],
      ['1', '1', '1'],
    ],
  },
  {
    name: 'where no route leads, the sender is told network unreachable',
    run: (world) => forwarded(world, [udp({ destination: '192.0.2.1' })]),
    expected: { left: [`${IP.b} > ${IP.stranger}: ICMP, ttl 64 | ICMP network unreachable`], right: [] },
  },
  {
    name: 'a frame addressed to another MAC, or to everyone, is not forwarded',
    run: (world) =>
      forwarded(world, [udp({ ...FAR, destinationMac: MAC.c }), udp({ ...FAR, destinationMac: MAC.broadcast })]),
    expected: { left: [], right: [] },
  },
  {
    name: 'broadcasts and multicasts are not forwarded',
    run: (world) =>
      forwarded(world, [
        udp({ destination: '255.255.255.255' }),
        udp({ destination: '10.0.1.255' }),
        udp({ destination: '224.0.0.9', destinationMac: '01:00:5e:00:00:09' }),
      ]),
    expected: { left: [], right: [] },
  },
  {
    name: 'ICMP, TCP and protocols nobody knows are forwarded alike',
    run: async (world) => {
      const seen = await forwarded(world, [icmp(FAR), tcp({ ...FAR, flags: 2 }), altered(udp(FAR), { 23: 253 }, true)]);
      return seen.right.map((line) => line.split(' | ')[0]);
    },
    expected: ['ICMP', 'TCP', 'proto 253'].map((name) => `${IP.stranger} > ${IP.farStranger}: ${name}, ttl 63`),
  },
  {
    name: 'fragments are forwarded as they come',
    run: async (world) => {
      const whole = udp({ ...FAR, id: 5, fragment: 0 }, 'z'.repeat(100));
      const seen = await forwarded(world, [fragmentOf(whole, 48, 108), fragmentOf(whole, 0, 48)]);
      return seen.right.map((line) => line.split(' | ')[0]);
    },
    expected: [
      `${IP.stranger} > ${IP.farStranger}: UDP, ttl 63, fragment at 48`,
      `${IP.stranger} > ${IP.farStranger}: UDP, ttl 63, fragment at 0+`,
    ],
  },
  {
    name: 'a packet goes back out of the device it came in by, where the route says so',
    run: async (world) => {
      const { b, device } = router(world);
      b.addRoute({ to: '10.5.0.0/16', via: '10.0.0.50', device });
      b.addNeighbour(device, '10.0.0.50', '02:00:00:00:00:50');
      const sent = sentBy(device);
      device.inject(udp({ destination: '10.5.0.1' }));
      await world.moment();
      return sent.map((frame) => shown(frame).split(': ')[0]);
    },
    expected: [`${MAC.b} > 02:00:00:00:00:50, IPv4 | ${IP.stranger} > 10.5.0.1`],
  },
  {
    name: 'a packet that is too long and must not be cut: ICMP fragmentation needed names the mtu',
    run: async (world) => {
      const { device, nic } = narrow(world);
      const [left, out] = [sentBy(device), sentBy(nic)];
      device.inject(udp({ destination: '10.9.0.9' }, 'x'.repeat(572)));
      device.inject(udp({ destination: '10.9.0.9' }, 'x'.repeat(573)));
      await world.moment();
      return [left.map(inner), out.map(inner)];
    },
    expected: [
      [`${IP.b} > ${IP.stranger}: ICMP, ttl 64 | ICMP fragmentation needed, mtu 600`],
      [`${IP.stranger} > 10.9.0.9: UDP, ttl 63 | UDP 4000 > 5000, length 572`],
    ],
  },
  {
    name: 'a packet that is too long and may be cut is cut, its identification kept',
    run: async (world) => {
      const { device, nic } = narrow(world);
      const out = sentBy(nic);
      device.inject(udp({ destination: '10.9.0.9', fragment: 0, id: 0x4321 }, 'x'.repeat(1200)));
      await world.moment();
      return out.map((frame) => [
        inner(frame).split(' | ')[0],
        frame.length,
        ((frame[18] ?? 0) << 8) | (frame[19] ?? 0),
      ]);
    },
    expected: [
      [`${IP.stranger} > 10.9.0.9: UDP, ttl 63, fragment at 0+`, 610, 0x4321],
      [`${IP.stranger} > 10.9.0.9: UDP, ttl 63, fragment at 576+`, 610, 0x4321],
      [`${IP.stranger} > 10.9.0.9: UDP, ttl 63, fragment at 1152`, 90, 0x4321],
    ],
  },
  {
    name: 'a fragment that is too long is cut again',
    run: async (world) => {
      const { device, nic } = narrow(world);
      const out = sentBy(nic);
      const whole = udp({ destination: '10.9.0.9', fragment: 0, id: 9 }, 'x'.repeat(1400));
      device.inject(fragmentOf(whole, 800, 1408));
      device.inject(fragmentOf(whole, 0, 800));
      await world.moment();
      return out.map((frame) => inner(frame).split(', ')[2]?.split(' | ')[0]);
    },
    expected: ['fragment at 800+', 'fragment at 1376', 'fragment at 0+', 'fragment at 576+'],
  },
  {
    name: 'two routers in a row take two hops off',
    run: async (world) => {
      const { b, device, rightWire, rightEnd, host } = router(world);
      const next = unhurried(rightWire);
      next.addAddress(rightEnd, `${IP.farStranger}/24`);
      b.addNeighbour(device, IP.stranger, MAC.stranger);
      const end = host.createNetns('end');
      const [last, far] = next.addVeth('eth1', end, 'eth0', { mac: '02:00:00:00:00:2c', peerMac: '02:00:00:00:00:2d' });
      next.addAddress(last, '10.0.2.1/24');
      next.addNeighbour(last, '10.0.2.9', '02:00:00:00:00:2d');
      next.setSysctl('net.ipv4.ip_forward', '1');
      b.addNeighbour(b.device('eth1') ?? device, '10.0.1.8', MAC.c);
      b.addRoute({ to: '10.0.2.0/24', via: '10.0.1.8', device: b.device('eth1') ?? device });
      const sent = sentBy(last);
      device.inject(udp({ destination: '10.0.2.9', ttl: 30 }));
      await world.moment();
      return [far.name, sent.map(inner)];
    },
    expected: ['eth0', [`${IP.stranger} > 10.0.2.9: UDP, ttl 28 | UDP 4000 > 5000, length 5`]],
  },
  {
    name: 'a host that does not forward drops what is not its own',
    run: async (world) => {
      const { device } = lone(world);
      const sent = sentBy(device);
      device.inject(udp({ destination: '10.0.1.2' }));
      device.inject(udp({ destination: '10.0.0.77' }));
      await world.moment();
      return sent.map(shown);
    },
    expected: [],
  },
]);
