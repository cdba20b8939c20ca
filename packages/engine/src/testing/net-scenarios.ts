import { encode, exit, ldx, mov64Imm, type ObjectSpec, stx } from '@sluice/ebpf';
import { buildIcmpFrame, buildUdpFrame, ETH_HLEN, formatFrame, updateIpChecksum } from '@sluice/wire';
import type { ProgramHandle } from '../bpf.ts';
import type { Device, Host, Kernel, NetNs } from '../kernel.ts';

/**
 * What every kernel must do alike with packets: each scenario builds its own hosts through the contract and returns what
 * it saw, which must equal `expected` on the model and on Linux.
 */
export interface NetScenario {
  readonly name: string;
  readonly run: (kernel: Kernel) => Promise<unknown>;
  readonly expected: unknown;
}

const A_MAC = '02:00:00:00:00:0a';
const B_MAC = '02:00:00:00:00:0b';
const text = (line: string): Uint8Array => new TextEncoder().encode(line);
const plain = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

interface Pair {
  readonly host: Host;
  readonly a: NetNs;
  readonly b: NetNs;
  readonly deviceA: Device;
  readonly deviceB: Device;
}

/** Two namespaces of one host, joined by a veth pair: 10.0.0.1 and 10.0.0.2. */
function pair(kernel: Kernel): Pair {
  const host = kernel.createHost({ name: 'host' });
  const a = host.createNetns('a');
  const b = host.createNetns('b');
  const [deviceA, deviceB] = a.addVeth('eth0', b, 'eth0', { mac: A_MAC, peerMac: B_MAC });
  a.addAddress(deviceA, '10.0.0.1/24');
  b.addAddress(deviceB, '10.0.0.2/24');
  return { host, a, b, deviceA, deviceB };
}

/** A frame as text, without what differs by chance: the IP identification. */
function shown(frame: Uint8Array): string {
  const bytes = frame.slice();
  if (bytes[12] === 8 && bytes[13] === 0) {
    bytes[ETH_HLEN + 4] = 0;
    bytes[ETH_HLEN + 5] = 0;
    updateIpChecksum(bytes, ETH_HLEN);
  }
  return formatFrame(bytes);
}

/** What a device saw, as text. */
function watch(device: Device): string[] {
  const seen: string[] = [];
  device.capture((frame) => seen.push(shown(frame)));
  return seen;
}

const ends = { sourceMac: A_MAC, destinationMac: B_MAC, source: '10.0.0.1', destination: '10.0.0.2' };
const udp = (more: object = {}, payload = 'hello') =>
  buildUdpFrame({ ...ends, sourcePort: 4000, destinationPort: 5000, ...more }, text(payload));

function load(host: Host, section: 'xdp' | 'tc', code: Parameters<typeof encode>[0]): ProgramHandle {
  const type = section === 'xdp' ? 'xdp' : 'sched_cls';
  const program = { name: 'p', section, type, code: encode(code), functions: [], relocations: [], lines: [] } as const;
  const object: ObjectSpec = { license: 'GPL', maps: [], constants: [], programs: [program] };
  const loaded = host.bpf.loadObject(object).programs.get('p');
  if (!loaded) throw new Error('assertion: the program was not loaded');
  return loaded;
}

const answering = (host: Host, section: 'xdp' | 'tc', verdict: number) =>
  load(host, section, [mov64Imm(0, verdict), exit()]);

/** A UDP server on b's port 5000 that keeps what it gets. */
function listenOn(b: NetNs): string[] {
  const got: string[] = [];
  const socket = b.udpSocket();
  socket.bind('0.0.0.0', 5000);
  socket.onMessage((payload, from) => got.push(`${plain(payload)} from ${from.address}:${from.port}`));
  return got;
}

export const NET_SCENARIOS: readonly NetScenario[] = [
  {
    name: 'UDP: a datagram arrives with its sender, after ARP found the way',
    run: async (kernel) => {
      const { a, b, deviceB } = pair(kernel);
      const got = listenOn(b);
      const frames = watch(deviceB);
      const socket = a.udpSocket();
      socket.bind('0.0.0.0', 4000);
      socket.send(text('hello'), { address: '10.0.0.2', port: 5000 });
      await kernel.settle();
      return [got, frames];
    },
    expected: [
      ['hello from 10.0.0.1:4000'],
      [
        '02:00:00:00:00:0a > ff:ff:ff:ff:ff:ff, ARP | ARP who-has 10.0.0.2 tell 10.0.0.1',
        '02:00:00:00:00:0b > 02:00:00:00:00:0a, ARP | ARP reply 10.0.0.2 is-at 02:00:00:00:00:0b',
        '02:00:00:00:00:0a > 02:00:00:00:00:0b, IPv4 | 10.0.0.1 > 10.0.0.2: UDP, ttl 64 | UDP 4000 > 5000, length 5',
      ],
    ],
  },
  {
    name: 'UDP: nobody listens, and the sender is told',
    run: async (kernel) => {
      const { deviceA, deviceB, a } = pair(kernel);
      a.addNeighbour(deviceA, '10.0.0.2', B_MAC);
      const frames = watch(deviceA);
      deviceB.inject(udp());
      await kernel.settle();
      return frames.filter((frame) => frame.includes('ICMP'));
    },
    expected: [
      '02:00:00:00:00:0b > 02:00:00:00:00:0a, IPv4 | 10.0.0.2 > 10.0.0.1: ICMP, ttl 64 | ICMP port unreachable',
    ],
  },
  {
    name: 'TCP: a request and its answer, both ends close, and each sees the other',
    run: async (kernel) => {
      const { a, b } = pair(kernel);
      const seen: string[] = [];
      b.tcpListen('0.0.0.0', 80, (connection) => {
        connection.onData((payload) => {
          seen.push(`server: ${plain(payload)}`);
          connection.send(text('pong'));
          connection.close();
        });
      });
      const connection = a.tcpConnect('10.0.0.2', 80);
      connection.onEstablished(() => connection.send(text('ping')));
      connection.onData((payload) => {
        seen.push(`client: ${plain(payload)}`);
        connection.close();
      });
      connection.onClose((reason) => seen.push(`closed: ${reason}`));
      await kernel.settle();
      return seen;
    },
    expected: ['server: ping', 'client: pong', 'closed: undefined'],
  },
  {
    name: 'TCP: a closed port refuses',
    run: async (kernel) => {
      const { a } = pair(kernel);
      const closed: (string | undefined)[] = [];
      a.tcpConnect('10.0.0.2', 81).onClose((reason) => closed.push(reason));
      await kernel.settle();
      return closed;
    },
    expected: ['ECONNREFUSED'],
  },
  {
    name: 'a router takes one hop off, and says when none is left',
    run: async (kernel) => {
      const { host, a, b, deviceA, deviceB } = pair(kernel);
      const c = host.createNetns('c');
      const [right, deviceC] = b.addVeth('eth1', c, 'eth0', { mac: '02:00:00:00:00:1b', peerMac: '02:00:00:00:00:0c' });
      b.addAddress(right, '10.0.1.1/24');
      c.addAddress(deviceC, '10.0.1.2/24');
      b.setSysctl('net.ipv4.ip_forward', '1');
      a.addNeighbour(deviceA, '10.0.0.2', B_MAC);
      b.addNeighbour(deviceB, '10.0.0.1', A_MAC);
      b.addNeighbour(right, '10.0.1.2', '02:00:00:00:00:0c');
      const there = watch(deviceC);
      const back = watch(deviceA);
      deviceB.inject(udp({ destination: '10.0.1.2', ttl: 9 }));
      deviceB.inject(udp({ destination: '10.0.1.2', ttl: 1 }));
      await kernel.settle();
      return [there.filter((f) => f.includes('UDP')).slice(0, 1), back.filter((f) => f.includes('exceeded')).length];
    },
    expected: [
      ['02:00:00:00:00:1b > 02:00:00:00:00:0c, IPv4 | 10.0.0.1 > 10.0.1.2: UDP, ttl 8 | UDP 4000 > 5000, length 5'],
      1,
    ],
  },
  {
    name: 'a host that does not forward drops what is not its own',
    run: async (kernel) => {
      const { b, deviceB } = pair(kernel);
      b.setSysctl('net.ipv4.ip_forward', '0');
      const got = listenOn(b);
      deviceB.inject(udp({ destination: '10.0.1.2' }));
      await kernel.settle();
      return got;
    },
    expected: [],
  },
  {
    name: 'an echo request is answered',
    run: async (kernel) => {
      const { a, b, deviceA, deviceB } = pair(kernel);
      a.addNeighbour(deviceA, '10.0.0.2', B_MAC);
      b.addNeighbour(deviceB, '10.0.0.1', A_MAC);
      const frames = watch(deviceA);
      deviceB.inject(buildIcmpFrame({ ...ends, type: 8, code: 0, rest: 0x0007_0001 }, text('abc')));
      await kernel.settle();
      return frames.filter((frame) => frame.includes('reply')).length;
    },
    expected: 1,
  },
  ...(
    [
      ['a wrong UDP checksum', 40],
      ['a wrong IP header checksum', 24],
      ['a destination MAC that is not ours', 5],
      ['an IP total length beyond the frame', 16],
      ['an IP version that is not 4', 14],
    ] as const
  ).map(
    ([what, byte]): NetScenario => ({
      name: `a datagram with ${what} is dropped, and the next one arrives`,
      run: async (kernel) => {
        const { b, deviceB } = pair(kernel);
        const got = listenOn(b);
        const bad = udp({}, 'bad');
        bad[byte] = (bad[byte] ?? 0) ^ 0x11;
        deviceB.inject(bad);
        deviceB.inject(udp({}, 'good'));
        await kernel.settle();
        return got;
      },
      expected: ['good from 10.0.0.1:4000'],
    }),
  ),
  ...(
    [
      ['native', 1, 0],
      ['native', 2, 1],
      ['generic', 1, 0],
      ['generic', 2, 1],
    ] as const
  ).map(
    ([mode, verdict, arrives]): NetScenario => ({
      name: `${mode} XDP returning ${verdict === 1 ? 'XDP_DROP' : 'XDP_PASS'}`,
      run: async (kernel) => {
        const { host, b, deviceB } = pair(kernel);
        const got = listenOn(b);
        deviceB.attachXdp(answering(host, 'xdp', verdict), mode);
        deviceB.inject(udp());
        await kernel.settle();
        return got.length;
      },
      expected: arrives,
    }),
  ),
  {
    name: 'tc ingress drops, is replaced, passes, and is gone after detaching',
    run: async (kernel) => {
      const { host, b, deviceB } = pair(kernel);
      const got = listenOn(b);
      const link = deviceB.attachTc(answering(host, 'tc', 2), 'ingress');
      const seen: number[] = [];
      const send = async () => {
        deviceB.inject(udp());
        await kernel.settle();
        seen.push(got.length);
      };
      await send();
      link.replace(answering(host, 'tc', 0));
      await send();
      link.replace(answering(host, 'tc', 2));
      await send();
      link.detach();
      await send();
      return seen;
    },
    expected: [0, 1, 1, 2],
  },
  {
    name: 'tc egress drops what a process sends',
    run: async (kernel) => {
      const { host, a, b, deviceA } = pair(kernel);
      const got = listenOn(b);
      a.addNeighbour(deviceA, '10.0.0.2', B_MAC);
      deviceA.attachTc(answering(host, 'tc', 2), 'egress');
      a.udpSocket().send(text('hello'), { address: '10.0.0.2', port: 5000 });
      await kernel.settle();
      return got.length;
    },
    expected: 0,
  },
  {
    name: 'cgroup/connect4 sends a process elsewhere than it asked',
    run: async (kernel) => {
      const { host, a, b } = pair(kernel);
      const got = listenOn(b);
      const code = [mov64Imm(2, 0x8813), stx(32, 1, 24, 2), ldx(32, 3, 1, 4), mov64Imm(0, 1), exit()];
      const program = {
        name: 'p',
        section: 'cgroup/connect4',
        type: 'cgroup_sock_addr',
        attachType: 10,
        code: encode(code),
        functions: [],
        relocations: [],
        lines: [],
      } as const;
      const object: ObjectSpec = { license: 'GPL', maps: [], constants: [], programs: [program] };
      const loaded = host.bpf.loadObject(object).programs.get('p');
      if (loaded) host.attachCgroup(loaded);
      const socket = a.udpSocket();
      socket.connect('10.0.0.2', 9);
      socket.send(text('hello'));
      await kernel.settle();
      return [got.length, socket.peer()];
    },
    expected: [1, { address: '10.0.0.2', port: 5000 }],
  },
  {
    name: 'hosts on one segment reach each other',
    run: async (kernel) => {
      const segment = kernel.createSegment('lan');
      const [one, two] = ['one', 'two'].map((name, i) => {
        const { root } = kernel.createHost({ name });
        const nic = root.addNic('eth0', segment, { mac: `02:00:00:00:01:0${i}` });
        root.addAddress(nic, `10.9.0.${i + 1}/24`);
        return root;
      }) as [NetNs, NetNs];
      const got = listenOn(two);
      one.udpSocket().send(text('hello'), { address: '10.9.0.2', port: 5000 });
      await kernel.settle();
      return got.map((line) => line.split(':')[0]);
    },
    expected: ['hello from 10.9.0.1'],
  },
];
