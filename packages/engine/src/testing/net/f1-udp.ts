import {
  acquainted,
  altered,
  heard,
  IP,
  ipv4,
  listenOn,
  lone,
  MAC,
  outcome,
  pair,
  plain,
  sentBy,
  shown,
  text,
  udp,
  watch,
} from '../builders/index.ts';
import { rowOf } from '../world.ts';

/** Only the payloads. */
const payloads = (lines: readonly string[]): string[] => lines.map((line) => line.split(' from ')[0] ?? '');

export const F1_UDP = rowOf('F1', [
  {
    name: 'a datagram arrives with its sender, after ARP found the way',
    run: async (world) => {
      const { a, b, deviceB } = pair(world);
      const got = listenOn(b);
      const frames = watch(deviceB);
      const socket = a.udpSocket();
      socket.bind('0.0.0.0', 4000);
      socket.send(text('hello'), { address: IP.b, port: 5000 });
      await world.moment();
      return [got, frames];
    },
    expected: [
      [`hello from ${IP.a}:4000`],
      [
        `${MAC.a} > ${MAC.broadcast}, ARP | ARP who-has ${IP.b} tell ${IP.a}`,
        `${MAC.b} > ${MAC.a}, ARP | ARP reply ${IP.b} is-at ${MAC.b}`,
        `${MAC.a} > ${MAC.b}, IPv4 | ${IP.a} > ${IP.b}: UDP, ttl 64 | UDP 4000 > 5000, length 5`,
      ],
    ],
  },
  {
    name: 'sockets bound to different addresses share a port, each hearing its own',
    run: async (world) => {
      const { b, device } = lone(world);
      b.addAddress(device, '10.7.0.1/24');
      const [other, one] = [listenOn(b, 5000, '10.7.0.1'), listenOn(b, 5000, IP.b)];
      device.inject(udp({}, 'to .2'));
      device.inject(udp({ destination: '10.7.0.1' }, 'to .1'));
      await world.moment();
      return { other: payloads(other), one: payloads(one) };
    },
    expected: { other: ['to .1'], one: ['to .2'] },
  },
  {
    name: 'a connected socket is preferred for its peer, and hears nobody else',
    run: async (world) => {
      const { b, device } = lone(world);
      const server = listenOn(b);
      const socket = b.udpSocket();
      socket.bind('0.0.0.0', 5001);
      socket.connect(IP.stranger, 4000);
      const connected = heard(socket);
      device.inject(udp({ destinationPort: 5001 }, 'peer'));
      device.inject(udp({ destinationPort: 5001, sourcePort: 4001 }, 'other port'));
      device.inject(udp({ destinationPort: 5001, source: '10.0.0.8' }, 'other address'));
      device.inject(udp({}, 'server'));
      await world.moment();
      return { server: payloads(server), connected: payloads(connected) };
    },
    expected: { server: ['server'], connected: ['peer'] },
  },
  {
    name: 'a port bound for any address is taken for each, and the other way round',
    run: async (world) => {
      const { b } = lone(world);
      b.udpSocket().bind('0.0.0.0', 5000);
      b.udpSocket().bind(IP.b, 5001);
      return [
        outcome(() => b.udpSocket().bind(IP.b, 5000)),
        outcome(() => b.udpSocket().bind('0.0.0.0', 5001)),
        outcome(() => b.udpSocket().bind('127.0.0.1', 5001)),
      ];
    },
    expected: ['EADDRINUSE', 'EADDRINUSE', 'ok'],
  },
  {
    name: 'a connected socket has an address of its own, and a peer',
    run: async (world) => {
      const { b } = lone(world);
      const socket = b.udpSocket();
      socket.bind('0.0.0.0', 6000);
      const before = [socket.local(), socket.peer()];
      socket.connect(IP.stranger, 4000);
      return [...before, socket.local(), socket.peer()];
    },
    expected: [
      { address: '0.0.0.0', port: 6000 },
      undefined,
      { address: IP.b, port: 6000 },
      { address: IP.stranger, port: 4000 },
    ],
  },
  {
    name: 'checksum 0 means that there is none',
    run: async (world) => {
      const { b, device } = lone(world);
      const got = listenOn(b);
      device.inject(altered(udp({}, 'none'), { 40: 0, 41: 0 }));
      await world.moment();
      return payloads(got);
    },
    expected: ['none'],
  },
  {
    name: 'a UDP length beyond the packet, or below eight, is dropped; one below it cuts',
    run: async (world) => {
      const { b, device } = lone(world);
      const got = listenOn(b);
      const sent = sentBy(device);
      const withLength = (length: number) => altered(udp({}, 'length'), { 39: length, 40: 0, 41: 0 });
      for (const length of [15, 7, 0, 10, 8]) device.inject(withLength(length));
      await world.moment();
      return [payloads(got), sent.map(shown)];
    },
    expected: [['le', ''], []],
  },
  {
    name: 'a UDP packet shorter than its header is dropped',
    run: async (world) => {
      const { b, device } = lone(world);
      const got = listenOn(b);
      device.inject(ipv4(17, Uint8Array.of(0, 1, 0x13, 0x88)));
      device.inject(udp({}, 'good'));
      await world.moment();
      return payloads(got);
    },
    expected: ['good'],
  },
  {
    name: 'a closed socket leaves its port: the sender is told, and another may bind it',
    run: async (world) => {
      const { b, device } = lone(world);
      const socket = b.udpSocket();
      socket.bind('0.0.0.0', 5000);
      socket.close();
      const sent = sentBy(device);
      device.inject(udp());
      await world.moment();
      const got = listenOn(b);
      device.inject(udp());
      await world.moment();
      return [sent.length, payloads(got)];
    },
    expected: [1, ['hello']],
  },
  {
    name: 'a bound port gives its number, port 0 one of the local range',
    run: async (world) => {
      const { b } = lone(world);
      b.setSysctl('net.ipv4.ip_local_port_range', '40000 40009');
      const socket = b.udpSocket();
      socket.bind('0.0.0.0', 0);
      const { port } = socket.local();
      return [port >= 40000 && port <= 40009, b.sysctl('net.ipv4.ip_local_port_range')];
    },
    expected: [true, '40000\t40009'],
  },
  {
    name: 'a burst of 100 datagrams arrives in order',
    run: async (world) => {
      const { a, b } = acquainted(world);
      const got: number[] = [];
      const server = b.udpSocket();
      server.bind('0.0.0.0', 5000);
      server.onMessage((payload) => got.push(Number(plain(payload))));
      const socket = a.udpSocket();
      for (let i = 0; i < 100; i++) socket.send(text(String(i)), { address: IP.b, port: 5000 });
      await world.moment();
      return [got.length, got.every((value, i) => value === i)];
    },
    expected: [100, true],
  },
  {
    name: 'a broadcast reaches every socket bound to its port and any address, and not one connected to another peer',
    run: async (world) => {
      const { b, device } = lone(world);
      const got = listenOn(b);
      const socket = b.udpSocket();
      socket.bind('0.0.0.0', 5001);
      socket.connect('10.0.0.8', 4000);
      const other = heard(socket);
      const group = { destination: '10.0.0.255', destinationMac: MAC.broadcast } as const;
      device.inject(udp(group, 'all'));
      device.inject(udp({ ...group, destinationPort: 5001 }, 'other'));
      await world.moment();
      return [payloads(got), payloads(other)];
    },
    expected: [['all'], []],
  },
  {
    name: 'a socket bound to our address does not hear broadcasts',
    run: async (world) => {
      const { b, device } = lone(world);
      const got = listenOn(b, 5000, IP.b);
      device.inject(udp({ destination: '10.0.0.255', destinationMac: MAC.broadcast }, 'all'));
      await world.moment();
      return got;
    },
    expected: [],
  },
  {
    name: 'a second bind of the same socket is refused',
    run: async (world) => {
      const { b } = lone(world);
      const socket = b.udpSocket();
      socket.bind('0.0.0.0', 5000);
      return outcome(() => socket.bind('0.0.0.0', 5001));
    },
    expected: 'EINVAL',
  },
]);
