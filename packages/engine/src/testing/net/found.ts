import type { DeviceStatistics } from '../../kernel.ts';
import {
  acquainted,
  altered,
  answering,
  fragmentOf,
  IP,
  inner,
  lone,
  MAC,
  outcome,
  padded,
  program,
  router,
  sentBy,
  shown,
  tcp,
  text,
  udp,
  watch,
} from '../builders/index.ts';
import { rowOf } from '../world.ts';

/* What random cases found, each as small as it can be said. */

const nonZero = (now: DeviceStatistics, before: DeviceStatistics): Partial<DeviceStatistics> =>
  Object.fromEntries(
    (Object.keys(now) as (keyof DeviceStatistics)[])
      .map((key) => [key, now[key] - before[key]] as const)
      .filter(([, count]) => count !== 0),
  );

/** Sends IPv4 back where it came from. */
const REFLECT = `
  r2 = *(u32 *)(r1 + 0)
  r3 = *(u32 *)(r1 + 4)
  r4 = r2
  r4 += 14
  r0 = 2
  if r4 > r3 goto out
  r5 = *(u16 *)(r2 + 12)
  if r5 != 8 goto out
  r0 = 3
  out: exit`;

export const FOUND = [
  ...rowOf('B1', [
    {
      name: 'with native XDP a veth counts what it receives without the link-layer header, and no verdict as a drop',
      run: async (world) => {
        const { host, a, deviceA, deviceB } = acquainted(world);
        deviceB.attachXdp(answering(host, 'xdp', 1), 'native');
        const before = [deviceA.statistics(), deviceB.statistics()] as const;
        a.udpSocket().send(text('hello'), { address: IP.b, port: 9 });
        await world.moment();
        return [nonZero(deviceA.statistics(), before[0]), nonZero(deviceB.statistics(), before[1])];
      },
      expected: [
        { txPackets: 1, txBytes: 33 },
        { rxPackets: 1, rxBytes: 33 },
      ],
    },
    {
      name: 'XDP_TX that the other end does not take counts at both ends',
      run: async (world) => {
        const { host, device, wireEnd } = lone(world);
        device.attachXdp(program(host, 'xdp', REFLECT), 'native');
        const before = [device.statistics(), wireEnd.statistics()] as const;
        device.inject(udp());
        await world.moment();
        return [nonZero(device.statistics(), before[0]), nonZero(wireEnd.statistics(), before[1])];
      },
      expected: [{ rxPackets: 1, rxBytes: 33, txDropped: 1 }, { rxDropped: 1 }],
    },
    {
      name: 'a redirect that the target does not take, or to no device, counts as dropped on reception',
      run: async (world) => {
        const { host, device, right } = router(world);
        const seen: unknown[] = [];
        for (const ifindex of [right.ifindex, 99]) {
          const link = device.attachXdp(program(host, 'xdp', `r1 = ${ifindex}\nr2 = 0\ncall bpf_redirect\nexit`));
          const before = device.statistics();
          device.inject(udp());
          await world.moment();
          seen.push(nonZero(device.statistics(), before).rxDropped);
          link.detach();
        }
        return seen;
      },
      expected: [1, 1],
    },
    {
      name: 'a program in the other mode: EEXIST; in the same: EBUSY',
      run: async (world) => {
        const { host, device } = lone(world);
        device.attachXdp(answering(host, 'xdp', 2), 'native');
        return [
          outcome(() => device.attachXdp(answering(host, 'xdp', 2), 'generic')),
          outcome(() => device.attachXdp(answering(host, 'xdp', 2), 'native')),
        ];
      },
      expected: ['EEXIST', 'EBUSY'],
    },
  ]),
  ...rowOf('B4', [
    {
      name: 'a TCP segment with bytes behind it goes through GRO as it came',
      run: async (world) => {
        const { host, device } = lone(world);
        device.attachXdp(answering(host, 'xdp', 2), 'native');
        const lengths: number[] = [];
        device.capture((frame) => lengths.push(frame.length));
        device.inject(padded(tcp({ destinationMac: MAC.c }, 'x'), 5));
        await world.moment();
        return lengths;
      },
      expected: [60],
    },
  ]),
  ...rowOf('B6', [
    {
      name: 'what generic XDP sends goes straight to the driver: no capture, no tc egress',
      run: async (world) => {
        const { host, device, wireEnd } = lone(world);
        device.attachXdp(program(host, 'xdp', REFLECT), 'generic');
        device.attachTc(answering(host, 'tc', 2), 'egress');
        const [own, other] = [watch(device), watch(wireEnd)];
        device.inject(udp());
        await world.moment();
        return [own.length, other.length];
      },
      expected: [0, 1],
    },
    {
      name: 'what generic XDP drops is received and counted as no drop',
      run: async (world) => {
        const { host, device } = lone(world);
        device.attachXdp(answering(host, 'xdp', 1), 'generic');
        const before = device.statistics();
        device.inject(udp());
        await world.moment();
        return nonZero(device.statistics(), before);
      },
      expected: { rxPackets: 1, rxBytes: 47 },
    },
  ]),
  ...rowOf('C5', [
    {
      name: 'bpf_redirect_peer counts the whole frame at the peer',
      run: async (world) => {
        const { host, device, right, rightEnd } = router(world);
        const source = `r1 = ${right.ifindex}\nr2 = 0\ncall bpf_redirect_peer\nexit`;
        device.attachTc(program(host, 'tc', source), 'ingress');
        const before = rightEnd.statistics();
        device.inject(udp());
        await world.moment();
        return nonZero(rightEnd.statistics(), before);
      },
      expected: { rxPackets: 1, rxBytes: 47 },
    },
    {
      name: 'bpf_redirect_neigh believes a destination to be on the link where no route leads out of that device',
      run: async (world) => {
        const { host, device, right } = router(world);
        const source = `r1 = ${right.ifindex}\nr2 = 0\nr3 = 0\nr4 = 0\ncall bpf_redirect_neigh\nexit`;
        device.attachTc(program(host, 'tc', source), 'ingress');
        const sent = sentBy(right);
        for (const destination of ['192.0.2.1', '10.0.0.77']) device.inject(udp({ destination }));
        await world.moment();
        return sent.map(inner);
      },
      expected: [`ARP who-has 192.0.2.1 tell ${IP.right}`, `ARP who-has 10.0.0.77 tell ${IP.right}`],
    },
    {
      name: 'bpf_redirect_neigh to 0.0.0.0 leaves with a header of zeros',
      run: async (world) => {
        const { host, device, right } = router(world);
        const source = `r1 = ${right.ifindex}\nr2 = 0\nr3 = 0\nr4 = 0\ncall bpf_redirect_neigh\nexit`;
        device.attachTc(program(host, 'tc', source), 'ingress');
        const seen = watch(right);
        device.inject(udp({ destination: '0.0.0.0' }));
        await world.moment();
        return seen.map((line) => line.split(',')[0]);
      },
      expected: ['00:00:00:00:00:00 > 00:00:00:00:00:00'],
    },
  ]),
  ...rowOf('D1', [
    {
      name: 'a route to the prefix of a subnet of ours is there already, whatever its gateway',
      run: async (world) => {
        const { b, device, right } = router(world);
        return [
          outcome(() => b.addRoute({ to: '10.0.0.0/24', via: IP.stranger, device })),
          outcome(() => b.addRoute({ to: '10.0.0.0/24', via: IP.farStranger, device: right })),
          outcome(() => b.addRoute({ to: '10.0.0.0/24', via: IP.farStranger, device: right, metric: 1 })),
        ];
      },
      expected: ['EEXIST', 'EEXIST', 'ok'],
    },
    {
      name: 'a route whose gateway is an address of ours leads to the destination itself',
      run: async (world) => {
        const { b, device } = lone(world);
        b.addAddress(device, '10.7.0.1/24');
        b.addRoute({ to: '10.5.0.0/16', via: '10.7.0.1', device });
        const sent = sentBy(device);
        b.udpSocket().send(text('x'), { address: '10.5.0.9', port: 9 });
        await world.moment();
        return sent.map(inner);
      },
      expected: ['ARP who-has 10.5.0.9 tell 10.7.0.1'],
    },
  ]),
  ...rowOf('D7', [
    {
      name: 'a datagram with a wrong checksum is not answered where it was forwarded, either',
      run: async (world) => {
        const { b, device, right, rightWire, rightEnd } = router(world);
        rightWire.addAddress(rightEnd, '10.0.1.5/24');
        rightWire.addRoute({ to: '0.0.0.0/0', via: IP.right, device: rightEnd });
        rightWire.addNeighbour(rightEnd, IP.right, MAC.right);
        b.addNeighbour(right, '10.0.1.5', MAC.c);
        const sent = sentBy(rightEnd);
        device.inject(altered(udp({ destination: '10.0.1.5' }), { 40: 1 }));
        device.inject(udp({ destination: '10.0.1.5' }));
        await world.moment();
        return sent.map(inner);
      },
      expected: [`10.0.1.5 > ${IP.stranger}: ICMP, ttl 64 | ICMP port unreachable`],
    },
    {
      name: 'a fragment that is alone is no reason for an answer',
      run: async (world) => {
        const { device } = lone(world);
        const sent = sentBy(device);
        device.inject(fragmentOf(udp({ id: 9, fragment: 0 }, 'x'.repeat(100)), 0, 48));
        await world.moment();
        return sent.map(shown);
      },
      expected: [],
    },
  ]),
  ...rowOf('F1', [
    {
      name: 'a plain socket may not be connected to a broadcast address',
      run: async (world) => {
        const { b, device } = lone(world);
        b.addRoute({ to: '0.0.0.0/0', via: IP.stranger, device });
        return ['10.0.0.255', '255.255.255.255'].map((address) => outcome(() => b.udpSocket().connect(address, 9)));
      },
      expected: ['EACCES', 'EACCES'],
    },
  ]),
  ...rowOf('F2', [
    {
      name: 'a reset has the type of service of the segment it answers',
      run: async (world) => {
        const { device } = lone(world);
        const sent = sentBy(device);
        device.inject(altered(tcp({ flags: 2, destinationPort: 81 }), { 15: 0xb8 }, true));
        await world.moment();
        return sent.map((frame) => frame[15]);
      },
      expected: [0xb8],
    },
  ]),
];
