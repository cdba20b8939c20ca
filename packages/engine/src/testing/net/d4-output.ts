import { acquainted, heard, IP, inner, listenOn, lone, MAC, outcome, sentBy, shown, text } from '../builders/index.ts';
import { rowOf } from '../world.ts';

export const D4_OUTPUT = rowOf('D4', [
  {
    name: 'a datagram goes by the gateway’s MAC address to the destination’s IP address',
    run: async (world) => {
      const { b, device } = lone(world);
      b.addRoute({ to: '0.0.0.0/0', via: IP.stranger, device });
      const sent = sentBy(device);
      const socket = b.udpSocket();
      socket.bind('0.0.0.0', 6000);
      socket.send(text('out'), { address: '192.0.2.7', port: 53 });
      await world.moment();
      return sent.map(shown);
    },
    expected: [`${MAC.b} > ${MAC.stranger}, IPv4 | ${IP.b} > 192.0.2.7: UDP, ttl 64 | UDP 6000 > 53, length 3`],
  },
  {
    name: 'ip_default_ttl is the TTL of what a host sends',
    run: async (world) => {
      const { b, device } = lone(world);
      b.setSysctl('net.ipv4.ip_default_ttl', '33');
      const sent = sentBy(device);
      b.udpSocket().send(text('out'), { address: IP.stranger, port: 53 });
      await world.moment();
      return sent.map((frame) => inner(frame).split(' | ')[0]);
    },
    expected: [`${IP.b} > ${IP.stranger}: UDP, ttl 33`],
  },
  {
    name: 'what a process sends says that it must not be cut, unless ip_no_pmtu_disc is set',
    run: async (world) => {
      const { b, device } = lone(world);
      const sent = sentBy(device);
      b.udpSocket().send(text('out'), { address: IP.stranger, port: 53 });
      b.setSysctl('net.ipv4.ip_no_pmtu_disc', '1');
      b.udpSocket().send(text('out'), { address: IP.stranger, port: 53 });
      await world.moment();
      return sent.map((frame) => frame[20]);
    },
    expected: [0x40, 0],
  },
  {
    name: 'to the subnet broadcast address a plain socket may not send',
    run: async (world) => {
      const { b } = lone(world);
      return [
        b.udpSocket().send(text('x'), { address: '10.0.0.255', port: 9 }),
        b.udpSocket().send(text('x'), { address: '255.255.255.255', port: 9 }),
      ];
    },
    expected: ['EACCES', 'ENETUNREACH'],
  },
  {
    name: 'a datagram of 65,507 bytes arrives, one more is refused',
    run: async (world) => {
      const { a, b } = acquainted(world);
      const got: number[] = [];
      const server = b.udpSocket();
      server.bind('0.0.0.0', 5000);
      server.onMessage((payload) => got.push(payload.length));
      const socket = a.udpSocket();
      const send = (length: number) => socket.send(new Uint8Array(length), { address: IP.b, port: 5000 }) ?? 'sent';
      const answers = [send(65507), send(65508)];
      await world.moment();
      return [answers, got];
    },
    expected: [['sent', 'EMSGSIZE'], [65507]],
  },
  {
    name: 'without a destination and without a peer nothing can be sent',
    run: async (world) => {
      const { b } = lone(world);
      return b.udpSocket().send(text('x'));
    },
    expected: 'EDESTADDRREQ',
  },
  {
    name: 'port 0 is no destination',
    run: async (world) => {
      const { b } = lone(world);
      return b.udpSocket().send(text('x'), { address: IP.stranger, port: 0 });
    },
    expected: 'EINVAL',
  },
  {
    name: 'a socket bound to one of our addresses sends from it; one that is not ours cannot be bound',
    run: async (world) => {
      const { b, device } = lone(world);
      b.addAddress(device, '10.7.0.1/24');
      const sent = sentBy(device);
      const socket = b.udpSocket();
      socket.bind('10.7.0.1', 0);
      socket.send(text('x'), { address: IP.stranger, port: 9 });
      await world.moment();
      return [sent.map((frame) => inner(frame).split(':')[0]), outcome(() => b.udpSocket().bind('10.8.0.1', 0))];
    },
    expected: [[`10.7.0.1 > ${IP.stranger}`], 'EADDRNOTAVAIL'],
  },
  {
    name: 'a process talks to itself over loopback, by any of its addresses',
    run: async (world) => {
      const { b } = lone(world);
      const got = listenOn(b);
      const socket = b.udpSocket();
      socket.bind('0.0.0.0', 4000);
      for (const address of ['127.0.0.1', '127.9.9.9', IP.b]) socket.send(text(address), { address, port: 5000 });
      await world.moment();
      return got;
    },
    expected: ['127.0.0.1 from 127.0.0.1:4000', '127.9.9.9 from 127.0.0.1:4000', `${IP.b} from ${IP.b}:4000`],
  },
  {
    name: 'an answer reaches a client on the port it was given',
    run: async (world) => {
      const { a, b } = acquainted(world);
      const server = b.udpSocket();
      server.bind('0.0.0.0', 5000);
      server.onMessage((payload, from) => server.send(Uint8Array.of(...payload, 33), from));
      const client = a.udpSocket();
      const got = heard(client);
      client.send(text('hello'), { address: IP.b, port: 5000 });
      await world.moment();
      return [got, client.local().port > 1023];
    },
    expected: [[`hello! from ${IP.b}:5000`], true],
  },
]);
