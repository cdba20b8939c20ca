import type { Host } from '../../kernel.ts';
import { acquainted, heard, IP, listenOn, outcome, program, text } from '../builders/index.ts';
import { rowOf } from '../world.ts';

/* Fields of `struct bpf_sock_addr`: user_ip4 4, user_port 24, msg_src_ip4 40. Addresses and ports in network order. */
const PORT_5000 = 0x8813;

/** Loads and attaches a cgroup program for all of the host's processes. */
function attach(host: Host, section: string, source: string) {
  return host.attachCgroup(program(host, section, source));
}

const DENY = 'r0 = 0\nexit';

export const F4_CGROUP = rowOf('F4', [
  {
    name: 'connect4 sends a process elsewhere than it asked',
    run: async (world) => {
      const { host, a, b } = acquainted(world);
      const got = listenOn(b);
      attach(host, 'cgroup/connect4', `r2 = ${PORT_5000}\n*(u32 *)(r1 + 24) = r2\nr0 = 1\nexit`);
      const socket = a.udpSocket();
      socket.connect(IP.b, 9);
      socket.send(text('hello'));
      await world.moment();
      return [got.length, socket.peer()];
    },
    expected: [1, { address: IP.b, port: 5000 }],
  },
  {
    name: 'connect4 that refuses: EPERM',
    run: async (world) => {
      const { host, a } = acquainted(world);
      attach(host, 'cgroup/connect4', DENY);
      const closed: (string | undefined)[] = [];
      a.tcpConnect(IP.b, 80).onClose((reason) => closed.push(reason));
      await world.moment();
      return [outcome(() => a.udpSocket().connect(IP.b, 9)), closed];
    },
    expected: ['EPERM', ['EPERM']],
  },
  {
    name: 'connect4 rewrites the port of a TCP connection',
    run: async (world) => {
      const { host, a, b } = acquainted(world);
      const seen: string[] = [];
      b.tcpListen('0.0.0.0', 5000, () => seen.push('accepted'));
      attach(host, 'cgroup/connect4', `r2 = ${PORT_5000}\n*(u32 *)(r1 + 24) = r2\nr0 = 1\nexit`);
      const connection = a.tcpConnect(IP.b, 80);
      connection.onEstablished(() => seen.push('connected'));
      await world.moment();
      return seen.sort();
    },
    expected: ['accepted', 'connected'],
  },
  {
    name: 'sendmsg4 sends an unconnected datagram elsewhere, and recvmsg4 shows the answer as from where it was sent',
    run: async (world) => {
      const { host, a, b } = acquainted(world);
      const server = b.udpSocket();
      server.bind('0.0.0.0', 5000);
      server.onMessage((payload, from) => server.send(payload, from));
      attach(
        host,
        'cgroup/sendmsg4',
        `r2 = *(u32 *)(r1 + 24)
         if r2 != 0x900 goto out
         r2 = ${PORT_5000}
         *(u32 *)(r1 + 24) = r2
         out: r0 = 1
         exit`,
      );
      attach(
        host,
        'cgroup/recvmsg4',
        `r2 = *(u32 *)(r1 + 24)
         if r2 != ${PORT_5000} goto out
         r2 = 0x900
         *(u32 *)(r1 + 24) = r2
         out: r0 = 1
         exit`,
      );
      const socket = a.udpSocket();
      const got = heard(socket);
      socket.send(text('ping'), { address: IP.b, port: 9 });
      await world.moment();
      return got;
    },
    expected: [`ping from ${IP.b}:9`],
  },
  {
    name: 'sendmsg4 that refuses: EPERM, and nothing is sent',
    run: async (world) => {
      const { host, a, b } = acquainted(world);
      const got = listenOn(b);
      attach(host, 'cgroup/sendmsg4', DENY);
      const answer = a.udpSocket().send(text('x'), { address: IP.b, port: 5000 });
      await world.moment();
      return [answer, got];
    },
    expected: ['EPERM', []],
  },
  {
    name: 'sendmsg4 is not asked where the socket is connected',
    run: async (world) => {
      const { host, a, b } = acquainted(world);
      const got = listenOn(b);
      attach(host, 'cgroup/sendmsg4', DENY);
      const socket = a.udpSocket();
      socket.connect(IP.b, 5000);
      const answer = socket.send(text('x')) ?? 'sent';
      await world.moment();
      return [answer, got.length];
    },
    expected: ['sent', 1],
  },
  {
    name: 'getpeername4 tells the process another peer than there is',
    run: async (world) => {
      const { host, a } = acquainted(world);
      attach(host, 'cgroup/getpeername4', `r2 = ${PORT_5000}\n*(u32 *)(r1 + 24) = r2\nr0 = 1\nexit`);
      const socket = a.udpSocket();
      socket.connect(IP.b, 9);
      return socket.peer();
    },
    expected: { address: IP.b, port: 5000 },
  },
  {
    name: 'bind4 gives another port than asked',
    run: async (world) => {
      const { host, a } = acquainted(world);
      attach(host, 'cgroup/bind4', `r2 = ${PORT_5000}\n*(u32 *)(r1 + 24) = r2\nr0 = 1\nexit`);
      const socket = a.udpSocket();
      socket.bind('0.0.0.0', 7777);
      return socket.local();
    },
    expected: { address: '0.0.0.0', port: 5000 },
  },
  {
    name: 'bind4 that refuses: EPERM',
    run: async (world) => {
      const { host, a } = acquainted(world);
      attach(host, 'cgroup/bind4', DENY);
      return [outcome(() => a.udpSocket().bind('0.0.0.0', 7777))];
    },
    expected: ['EPERM'],
  },
  {
    name: 'detached, a program has no say any more; replaced, the new one has it',
    run: async (world) => {
      const { host, a } = acquainted(world);
      const link = attach(host, 'cgroup/connect4', DENY);
      const connect = () => outcome(() => a.udpSocket().connect(IP.b, 9));
      const seen = [connect()];
      link.replace(program(host, 'cgroup/connect4', 'r0 = 1\nexit'));
      seen.push(connect());
      link.replace(program(host, 'cgroup/connect4', DENY));
      seen.push(connect());
      link.detach();
      seen.push(connect());
      return seen;
    },
    expected: ['EPERM', 'ok', 'EPERM', 'ok'],
  },
]);
