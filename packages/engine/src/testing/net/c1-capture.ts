import { answering, arp, IP, inner, lone, MAC, text, udp, watch } from '../builders/index.ts';
import { rowOf } from '../world.ts';

export const C1_CAPTURE = rowOf('C1', [
  {
    name: 'a capture sees what comes in, what goes out, and what is for others, in order',
    run: async (world) => {
      const { b, device } = lone(world);
      const seen = watch(device);
      device.inject(udp({ destinationMac: MAC.c }, 'others'));
      device.inject(arp({ operation: 'request', targetIp: '10.0.0.77' }));
      device.inject(udp({ destinationPort: 9 }, 'x'));
      await world.moment();
      b.udpSocket().send(text('out'), { address: IP.stranger, port: 7 });
      await world.moment();
      return seen.map((line) =>
        line
          .replace(/UDP \d+ > 7,/, 'UDP ? > 7,')
          .split(' | ')
          .slice(1)
          .join(' | '),
      );
    },
    expected: [
      `${IP.stranger} > ${IP.b}: UDP, ttl 64 | UDP 4000 > 5000, length 6`,
      `ARP who-has 10.0.0.77 tell ${IP.stranger}`,
      `${IP.stranger} > ${IP.b}: UDP, ttl 64 | UDP 4000 > 9, length 1`,
      `${IP.b} > ${IP.stranger}: ICMP, ttl 64 | ICMP port unreachable`,
      `${IP.b} > ${IP.stranger}: UDP, ttl 64 | UDP ? > 7, length 3`,
    ],
  },
  {
    name: 'a capture sees what tc drops at ingress, and not what tc drops at egress',
    run: async (world) => {
      const { host, b, device } = lone(world);
      device.attachTc(answering(host, 'tc', 2), 'ingress');
      device.attachTc(answering(host, 'tc', 2), 'egress');
      const seen = watch(device);
      device.inject(udp());
      b.udpSocket().send(text('out'), { address: IP.stranger, port: 7 });
      await world.moment();
      return seen.length;
    },
    expected: 1,
  },
  {
    name: 'a broken frame is captured as it is',
    run: async (world) => {
      const { device } = lone(world);
      const lengths: number[] = [];
      device.capture((frame) => lengths.push(frame.length));
      for (const length of [14, 20, 34, 46]) device.inject(udp().subarray(0, length));
      await world.moment();
      return lengths;
    },
    expected: [14, 20, 34, 46],
  },
  {
    name: 'a capture that was closed sees nothing more, another on the same device goes on',
    run: async (world) => {
      const { device } = lone(world);
      const counts = [0, 0];
      const first = device.capture(() => {
        counts[0] = (counts[0] ?? 0) + 1;
      });
      device.capture(() => {
        counts[1] = (counts[1] ?? 0) + 1;
      });
      device.inject(arp({ operation: 'request', targetIp: '10.0.0.77' }));
      await world.moment();
      first.close();
      device.inject(arp({ operation: 'request', targetIp: '10.0.0.77' }));
      await world.moment();
      return counts;
    },
    expected: [1, 2],
  },
  {
    name: 'what is sent over loopback is captured there going out and coming in',
    run: async (world) => {
      const { b } = lone(world);
      const lo = b.device('lo');
      const seen: string[] = [];
      lo?.capture((frame) => seen.push(inner(frame)));
      const socket = b.udpSocket();
      socket.bind('0.0.0.0', 4000);
      const server = b.udpSocket();
      server.bind('0.0.0.0', 5000);
      socket.send(text('x'), { address: '127.0.0.1', port: 5000 });
      await world.moment();
      return seen;
    },
    expected: [
      '127.0.0.1 > 127.0.0.1: UDP, ttl 64 | UDP 4000 > 5000, length 1',
      '127.0.0.1 > 127.0.0.1: UDP, ttl 64 | UDP 4000 > 5000, length 1',
    ],
  },
]);
