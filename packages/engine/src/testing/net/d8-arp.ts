import { arp, IP, inner, lone, MAC, outcome, pair, router, sentBy, shown, udp, watch } from '../builders/index.ts';
import { rowOf, type World } from '../world.ts';

/** What the host under test answers to frames. */
async function answers(world: World, ...frames: Uint8Array[]): Promise<string[]> {
  const { device } = lone(world);
  const sent = sentBy(device);
  for (const frame of frames) device.inject(frame);
  await world.moment();
  return sent.map(shown);
}

const REPLY = `${MAC.b} > ${MAC.stranger}, ARP | ARP reply ${IP.b} is-at ${MAC.b}`;

export const D8_ARP = rowOf('D8', [
  {
    name: 'a question for our address is answered',
    run: (world) => answers(world, arp({ operation: 'request', targetIp: IP.b })),
    expected: [REPLY],
  },
  {
    name: 'a question sent to our MAC address alone is answered too',
    run: (world) => answers(world, arp({ operation: 'request', targetIp: IP.b, to: MAC.b })),
    expected: [REPLY],
  },
  {
    name: 'a question for another address is not answered',
    run: (world) => answers(world, arp({ operation: 'request', targetIp: '10.0.0.77' })),
    expected: [],
  },
  {
    name: 'a question for an address behind us is not answered: proxy ARP is off',
    run: async (world) => {
      const { device } = router(world);
      const sent = sentBy(device);
      device.inject(arp({ operation: 'request', targetIp: IP.farStranger }));
      await world.moment();
      return sent.map(shown);
    },
    expected: [],
  },
  {
    name: 'a question for the address of our other device is answered, unless arp_ignore is 1',
    run: async (world) => {
      const { b, device } = router(world);
      const sent = sentBy(device);
      const ask = async () => {
        device.inject(arp({ operation: 'request', targetIp: IP.right }));
        await world.moment();
        return sent.splice(0).map(inner);
      };
      const open = await ask();
      b.setSysctl('net.ipv4.conf.eth0.arp_ignore', '1');
      return [open, await ask()];
    },
    expected: [[`ARP reply ${IP.right} is-at ${MAC.b}`], []],
  },
  {
    name: 'a probe (sender 0.0.0.0) for our address is answered, one for another is not',
    run: (world) =>
      answers(
        world,
        arp({ operation: 'request', targetIp: '10.0.0.77', senderIp: '0.0.0.0' }),
        arp({ operation: 'request', targetIp: IP.b, senderIp: '0.0.0.0' }),
      ),
    expected: [REPLY],
  },
  {
    name: 'a question that claims to come from our own address is not answered',
    run: (world) => answers(world, arp({ operation: 'request', targetIp: IP.b, senderIp: IP.b })),
    expected: [],
  },
  {
    name: 'a question for a loopback or a multicast address is not answered',
    run: (world) =>
      answers(
        world,
        arp({ operation: 'request', targetIp: '127.0.0.1' }),
        arp({ operation: 'request', targetIp: '224.0.0.1' }),
      ),
    expected: [],
  },
  {
    name: 'an answer that nobody asked for makes no entry: the next packet asks',
    run: async (world) => {
      const { b, device } = lone(world);
      const sent = sentBy(device);
      device.inject(arp({ operation: 'reply', targetIp: IP.b, senderIp: '10.0.0.20', to: MAC.b, targetMac: MAC.b }));
      await world.moment();
      b.udpSocket().send(new Uint8Array(1), { address: '10.0.0.20', port: 9 });
      await world.moment();
      return sent.map(inner);
    },
    expected: [`ARP who-has 10.0.0.20 tell ${IP.b}`],
  },
  {
    name: 'who asks us is known from then on: the answer to it needs no question',
    run: async (world) => {
      const { b, device } = lone(world);
      const sent = sentBy(device);
      device.inject(arp({ operation: 'request', targetIp: IP.b, senderIp: '10.0.0.20' }));
      await world.moment();
      b.udpSocket().send(new Uint8Array(1), { address: '10.0.0.20', port: 9 });
      await world.moment();
      return sent.map((frame) => shown(frame).split(', ')[0]);
    },
    expected: [`${MAC.b} > ${MAC.stranger}`, `${MAC.b} > ${MAC.stranger}`],
  },
  {
    name: 'a gratuitous announcement changes the entry of whom we know, and makes none of whom we do not',
    run: async (world) => {
      const { b, device } = lone(world);
      const sent = sentBy(device);
      device.inject(arp({ operation: 'request', targetIp: IP.b, senderIp: '10.0.0.20' }));
      await world.moment();
      const moved = { senderMac: '02:00:00:00:00:20' } as const;
      device.inject(arp({ operation: 'request', targetIp: '10.0.0.20', senderIp: '10.0.0.20', ...moved }));
      device.inject(arp({ operation: 'request', targetIp: '10.0.0.21', senderIp: '10.0.0.21', ...moved }));
      await world.moment();
      sent.splice(0);
      for (const address of ['10.0.0.20', '10.0.0.21']) b.udpSocket().send(new Uint8Array(1), { address, port: 9 });
      await world.moment();
      return sent.map((frame) => shown(frame).split(': UDP')[0]);
    },
    expected: [
      `${MAC.b} > 02:00:00:00:00:20, IPv4 | ${IP.b} > 10.0.0.20`,
      `${MAC.b} > ${MAC.broadcast}, ARP | ARP who-has 10.0.0.21 tell ${IP.b}`,
    ],
  },
  {
    name: 'several packets for an unknown neighbour wait for one answer, and go out in order',
    run: async (world) => {
      const { b, device } = lone(world);
      const sent = sentBy(device);
      const socket = b.udpSocket();
      for (const port of [1, 2, 3]) socket.send(new Uint8Array(1), { address: '10.0.0.20', port });
      await world.moment();
      device.inject(arp({ operation: 'reply', targetIp: IP.b, senderIp: '10.0.0.20', to: MAC.b, targetMac: MAC.b }));
      await world.moment();
      return sent.map((frame) => inner(frame).replace(/UDP \d+/, 'UDP'));
    },
    expected: [
      `ARP who-has 10.0.0.20 tell ${IP.b}`,
      ...[1, 2, 3].map((port) => `${IP.b} > 10.0.0.20: UDP, ttl 64 | UDP > ${port}, length 1`),
    ],
  },
  {
    name: 'an entry made by hand stays, whatever others say',
    run: async (world) => {
      const { device } = lone(world);
      const sent = sentBy(device);
      device.inject(arp({ operation: 'reply', targetIp: IP.b, senderMac: MAC.c, to: MAC.b, targetMac: MAC.b }));
      device.inject(udp({ destinationPort: 9 }));
      await world.moment();
      return sent.map((frame) => shown(frame).split(', ')[0]);
    },
    expected: [`${MAC.b} > ${MAC.stranger}`],
  },
  {
    name: 'packets of other hardware or protocol are dropped',
    run: async (world) => {
      const wrong = (at: number, value: number) => {
        const frame = arp({ operation: 'request', targetIp: IP.b });
        frame[at] = value;
        return frame;
      };
      return answers(world, wrong(15, 9), wrong(16, 9), wrong(18, 5), wrong(19, 6), wrong(21, 7));
    },
    expected: [],
  },
  {
    name: 'a router that does not know the next hop asks for it, with its own address on that side',
    run: async (world) => {
      const { device, right } = router(world);
      const sent = watch(right);
      device.inject(udp({ destination: '10.0.1.77' }));
      await world.moment();
      return sent;
    },
    expected: [`${MAC.right} > ${MAC.broadcast}, ARP | ARP who-has 10.0.1.77 tell ${IP.right}`],
  },
  {
    name: 'an address can be given once only',
    run: async (world) => {
      const { b, deviceB } = pair(world);
      return [outcome(() => b.addAddress(deviceB, `${IP.b}/24`)), outcome(() => b.addAddress(deviceB, '10.0.0.3/24'))];
    },
    expected: ['EEXIST', 'ok'],
  },
]);
