import type { Device, DeviceStatistics } from '../../kernel.ts';
import {
  acquainted,
  answering,
  arp,
  IP,
  inner,
  listenOn,
  lone,
  MAC,
  onSegment,
  padded,
  router,
  sentBy,
  text,
  udp,
  unhurried,
  watch,
} from '../builders/index.ts';
import { rowOf } from '../world.ts';

/** How the counters of a device changed since they were last asked for. */
function counting(device: Device): () => Partial<DeviceStatistics> {
  let before = device.statistics();
  return () => {
    const now = device.statistics();
    const entries = (Object.keys(now) as (keyof DeviceStatistics)[]).map(
      (key) => [key, now[key] - before[key]] as const,
    );
    before = now;
    return Object.fromEntries(entries.filter(([, count]) => count !== 0));
  };
}

export const H_DEVICES = [
  ...rowOf('H1', [
    {
      name: 'loopback counts what it sends as received, both without the link-layer header',
      run: async (world) => {
        const { b } = lone(world);
        const lo = b.device('lo');
        if (!lo) return 'no loopback';
        const got = listenOn(b);
        const counts = counting(lo);
        b.udpSocket().send(text('hello'), { address: '127.0.0.1', port: 5000 });
        await world.moment();
        return [got.length, counts(), lo.mac];
      },
      expected: [1, { rxPackets: 1, rxBytes: 33, txPackets: 1, txBytes: 33 }, '00:00:00:00:00:00'],
    },
    {
      name: 'a port that nobody serves refuses over loopback as well',
      run: async (world) => {
        const { b } = lone(world);
        const closed: (string | undefined)[] = [];
        b.tcpConnect('127.0.0.1', 81).onClose((reason) => closed.push(reason));
        await world.moment();
        return closed;
      },
      expected: ['ECONNREFUSED'],
    },
    {
      name: 'namespaces do not see each other’s addresses, ports and devices',
      run: async (world) => {
        const { host, b } = lone(world);
        const c = host.createNetns('c');
        const [inB, inC] = [listenOn(b), listenOn(c)];
        b.udpSocket().send(text('b'), { address: '127.0.0.1', port: 5000 });
        c.udpSocket().send(text('c'), { address: '127.0.0.1', port: 5000 });
        await world.moment();
        return [
          inB.map((line) => line[0]),
          inC.map((line) => line[0]),
          c.device('eth0')?.name,
          c.udpSocket().send(text('x'), { address: IP.b, port: 5000 }),
        ];
      },
      expected: [['b'], ['c'], undefined, 'ENETUNREACH'],
    },
  ]),
  ...rowOf('H2', [
    {
      name: 'a veth end counts what it sends and what it receives, both ends alike',
      run: async (world) => {
        const { a, b, deviceA, deviceB } = acquainted(world);
        listenOn(b);
        const counts = [counting(deviceA), counting(deviceB)];
        for (let i = 0; i < 3; i++) a.udpSocket().send(text('hello'), { address: IP.b, port: 5000 });
        await world.moment();
        return counts.map((count) => count());
      },
      expected: [
        { txPackets: 3, txBytes: 3 * 47 },
        { rxPackets: 3, rxBytes: 3 * 47 },
      ],
    },
    {
      name: 'what is put in by hand counts as received; the answer as sent',
      run: async (world) => {
        const { device } = lone(world);
        const count = counting(device);
        device.inject(arp({ operation: 'request', targetIp: IP.b }));
        device.inject(padded(udp({ destinationMac: MAC.c }), 10));
        await world.moment();
        return count();
      },
      expected: { rxPackets: 2, rxBytes: 42 + 57, txPackets: 1, txBytes: 42 },
    },
    {
      name: 'a packet that tc drops at ingress has been received; one dropped at egress has not been sent',
      run: async (world) => {
        const { host, b, device } = lone(world);
        device.attachTc(answering(host, 'tc', 2), 'ingress');
        device.attachTc(answering(host, 'tc', 2), 'egress');
        const count = counting(device);
        device.inject(udp());
        b.udpSocket().send(text('hello'), { address: IP.stranger, port: 5000 });
        await world.moment();
        const { rxPackets, txPackets } = count();
        return [rxPackets, txPackets];
      },
      expected: [1, undefined],
    },
    {
      name: 'the names of a pair are their own, and taken once',
      run: async (world) => {
        const { b, wire, device } = lone(world);
        const [left, right] = b.addVeth('v0', wire, 'v1');
        return [
          left.name,
          right.name,
          device.name,
          wire.device('v1')?.ifindex === right.ifindex,
          left.mac !== right.mac,
        ];
      },
      expected: ['v0', 'v1', 'eth0', true, true],
    },
  ]),
  ...rowOf('H3', [
    {
      name: 'hosts on one segment reach each other',
      run: async (world) => {
        const { one, two } = onSegment(world);
        const got = listenOn(two);
        one.udpSocket().send(text('hello'), { address: '10.9.0.2', port: 5000 });
        await world.moment();
        return got.map((line) => line.split(':')[0]);
      },
      expected: ['hello from 10.9.0.1'],
    },
    {
      name: 'a frame to everyone reaches every host on the segment but its sender, one to a known host that one alone',
      run: async (world) => {
        const segment = world.kernel.createSegment('lan');
        const made = [1, 2, 3].map((n) => {
          const { root } = world.kernel.createHost({ name: `h${n}` });
          const nic = unhurried(root).addNic('eth0', segment, { mac: `02:00:00:00:02:0${n}` });
          root.addAddress(nic, `10.9.0.${n}/24`);
          return { root, nic, got: listenOn(root), seen: watch(nic) };
        });
        made[0]?.root.udpSocket().send(text('x'), { address: '10.9.0.2', port: 5000 });
        await world.moment();
        return made.map(({ got, seen }) => [
          got.length,
          seen.filter((line) => line.includes('ARP who-has')).length,
          seen.length,
        ]);
      },
      expected: [
        [0, 1, 3],
        [1, 1, 3],
        [0, 1, 1],
      ],
    },
    {
      name: 'a capture of the segment sees each frame',
      run: async (world) => {
        const { one, two, nicOne, nicTwo } = onSegment(world);
        one.addNeighbour(nicOne, '10.9.0.2', nicTwo.mac);
        two.addNeighbour(nicTwo, '10.9.0.1', nicOne.mac);
        const got = listenOn(two);
        const sent = [sentBy(nicOne), sentBy(nicTwo)];
        one.udpSocket().send(text('x'), { address: '10.9.0.2', port: 5000 });
        one.udpSocket().send(text('x'), { address: '10.9.0.2', port: 9 });
        await world.moment();
        return [got.length, sent.map((frames) => frames.map((frame) => inner(frame).split(' | ')[0]))];
      },
      expected: [
        1,
        [
          ['10.9.0.1 > 10.9.0.2: UDP, ttl 64', '10.9.0.1 > 10.9.0.2: UDP, ttl 64'],
          ['10.9.0.2 > 10.9.0.1: ICMP, ttl 64'],
        ],
      ],
    },
  ]),
  ...rowOf('H7', [
    {
      name: 'a host as gateway between two namespaces: request and answer pass, each way one hop shorter',
      run: async (world) => {
        const { host, b, device, right, wire, wireEnd, rightWire, rightEnd } = router(world);
        wire.addAddress(wireEnd, '10.0.0.5/24');
        wire.addRoute({ to: '0.0.0.0/0', via: IP.b, device: wireEnd });
        rightWire.addAddress(rightEnd, '10.0.1.5/24');
        rightWire.addRoute({ to: '0.0.0.0/0', via: IP.right, device: rightEnd });
        const server = rightWire.udpSocket();
        server.bind('0.0.0.0', 5000);
        server.onMessage((payload, from) => server.send(Uint8Array.of(...payload, 33), from));
        const client = wire.udpSocket();
        const got: string[] = [];
        client.onMessage((payload, from) => got.push(`${payload.length} from ${from.address}`));
        const seen = [watch(wireEnd), watch(rightEnd)];
        client.send(text('hello'), { address: '10.0.1.5', port: 5000 });
        await world.moment();
        const hops = seen.map((lines) => lines.flatMap((line) => /UDP, ttl (\d+)/.exec(line)?.[1] ?? []));
        return [got, hops, host.name, b.name, device.name, right.name];
      },
      expected: [
        ['6 from 10.0.1.5'],
        [
          ['64', '63'],
          ['63', '64'],
        ],
        'host',
        'b',
        'eth0',
        'eth1',
      ],
    },
  ]),
];
