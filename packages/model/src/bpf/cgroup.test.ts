import { describe, expect, it } from 'vitest';
import { testProgram } from '../testing/test-program.ts';
import { twoHosts } from '../testing/two-hosts.ts';

/** Words of `struct bpf_sock_addr` as a little-endian program stores them: 10.0.0.2 and port 2000. */
const B_IP = 0x0200000a;
const PORT_2000 = 0xd007;
const to = (ip: number, port: number): string =>
  `r2 = ${ip}\n*(u32 *)(r1 + 4) = r2\nr2 = ${port}\n*(u32 *)(r1 + 24) = r2\nr0 = 1\nexit`;
const onlyWhen = (ip: number, body: string): string =>
  `r2 = *(u32 *)(r1 + 4)\nif r2 != ${ip} goto out\n${body}\nout:\nr0 = 1\nexit`;

/** A service address that no host has: 10.96.0.1, little-endian as a program reads it. */
const SERVICE = '10.96.0.1';
const SERVICE_IP = 0x0100600a;

function listening() {
  const net = twoHosts();
  net.a.root.addRoute({ to: '10.96.0.0/12', via: '10.0.0.2', device: net.aNic });
  const server = net.b.root.udpSocket();
  server.bind('0.0.0.0', 2000);
  const got: string[] = [];
  server.onMessage((payload, from) => {
    got.push(new TextDecoder().decode(payload));
    server.send(payload, from);
  });
  return { ...net, got };
}

const hi = new TextEncoder().encode('hi');

describe('cgroup programs', () => {
  it('connect4 sends TCP to a backend, and getpeername4 hides it', () => {
    const { kernel, a, b } = listening();
    let accepted = 0;
    b.root.tcpListen('0.0.0.0', 2000, () => accepted++);
    a.attachCgroup(testProgram(a, 'cgroup/connect4', to(B_IP, PORT_2000)).program);
    a.attachCgroup(testProgram(a, 'cgroup/getpeername4', to(SERVICE_IP, 0x5000)).program);
    const recording = kernel.trace();
    const client = a.root.tcpConnect(SERVICE, 80);
    kernel.run();
    expect([accepted, client.state]).toEqual([1, 'ESTABLISHED']);
    expect(client.peer()).toEqual({ address: SERVICE, port: 80 });
    const step = recording.packets()[0]!.steps[1]!;
    expect(step).toMatchObject({ layer: 'cgroup', program: 'cgroup_connect4', verdict: 'next' });
    expect(step.changes).toEqual([
      { field: 'sockaddr.ip', before: SERVICE, after: '10.0.0.2' },
      { field: 'sockaddr.port', before: '80', after: '2000' },
    ]);
  });

  it('connect4 that returns 0 refuses with EPERM, before any packet', () => {
    const { kernel, a } = listening();
    a.attachCgroup(testProgram(a, 'cgroup/connect4', 'r0 = 0\nexit').program);
    const recording = kernel.trace();
    const closed: (string | undefined)[] = [];
    a.root.tcpConnect('10.0.0.2', 80).onClose((why) => closed.push(why));
    kernel.run();
    expect(closed).toEqual(['EPERM']);
    expect(() => a.root.udpSocket().connect('10.0.0.2', 80)).toThrow(/EPERM/);
    expect(recording.packets()[0]).toMatchObject({ verdict: 'dropped' });
    expect(recording.packets()[0]!.steps.at(-1)).toMatchObject({ reason: 'EPERM', layer: 'cgroup' });
  });

  it('sendmsg4 sends a datagram to a backend, and recvmsg4 makes its answer come from the service', () => {
    const { kernel, a, got } = listening();
    a.attachCgroup(testProgram(a, 'cgroup/sendmsg4', to(B_IP, PORT_2000)).program);
    a.attachCgroup(
      testProgram(
        a,
        'cgroup/recvmsg4',
        onlyWhen(B_IP, `r2 = ${SERVICE_IP}\n*(u32 *)(r1 + 4) = r2\nr2 = 13568\n*(u32 *)(r1 + 24) = r2`),
      ).program,
    );
    const client = a.root.udpSocket();
    const from: unknown[] = [];
    client.onMessage((_p, f) => from.push({ address: f.address, port: f.port }));
    expect(client.send(hi, { address: SERVICE, port: 53 })).toBeUndefined();
    kernel.run();
    expect(got).toEqual(['hi']);
    expect(from).toEqual([{ address: SERVICE, port: 53 }]);
  });

  it('sendmsg4 that returns 0 refuses: EPERM; a connected socket is not asked', () => {
    const { a } = listening();
    const client = a.root.udpSocket();
    client.connect('10.0.0.2', 2000);
    a.attachCgroup(testProgram(a, 'cgroup/sendmsg4', 'r0 = 0\nexit').program);
    expect(client.send(hi)).toBeUndefined();
    expect(client.send(hi, { address: '10.0.0.2', port: 2000 })).toBe('EPERM');
  });

  it('bind4 changes the port that a process binds to', () => {
    const { a } = listening();
    a.attachCgroup(testProgram(a, 'cgroup/bind4', `r2 = ${PORT_2000}\n*(u32 *)(r1 + 24) = r2\nr0 = 1\nexit`).program);
    const socket = a.root.udpSocket();
    socket.bind('0.0.0.0', 7);
    expect(socket.local().port).toBe(2000);
  });

  it('bind only the namespaces they are attached for, and go when detached', () => {
    const { kernel, a } = listening();
    const pod = a.createNetns('pod');
    const link = a.attachCgroup(testProgram(a, 'cgroup/connect4', 'r0 = 0\nexit').program, [pod]);
    expect(() => a.root.udpSocket().connect('10.0.0.2', 1)).not.toThrow();
    expect(() => pod.udpSocket().connect('127.0.0.1', 1)).toThrow(/EPERM/);
    link.detach();
    expect(() => pod.udpSocket().connect('127.0.0.1', 1)).not.toThrow();
    kernel.run();
  });

  it('attached for all, bind namespaces that are made later too', () => {
    const { a } = listening();
    const link = a.attachCgroup(testProgram(a, 'cgroup/connect4', 'r0 = 0\nexit').program);
    const later = a.createNetns('later');
    expect(() => later.udpSocket().connect('127.0.0.1', 1)).toThrow(/EPERM/);
    link.detach();
    expect(() => later.udpSocket().connect('127.0.0.1', 1)).not.toThrow();
  });

  it('sock_create sets the mark of a socket, or refuses it', () => {
    const { kernel, a } = listening();
    const link = a.attachCgroup(
      testProgram(a, 'cgroup/sock_create', 'r2 = 7\n*(u32 *)(r1 + 16) = r2\nr0 = 1\nexit').program,
    );
    expect(a.root.udpSocket().mark).toBe(7);
    link.replace(testProgram(a, 'cgroup/sock_create', 'r0 = 0\nexit').program);
    expect(() => a.root.udpSocket()).toThrow(/EPERM/);
    expect(() => a.root.tcpConnect('10.0.0.2', 1)).toThrow(/EPERM/);
    kernel.run();
  });

  it('of a kind that the model never runs are refused when attached', () => {
    const { a } = listening();
    expect(() => a.attachCgroup(testProgram(a, 'cgroup/sysctl', 'r0 = 1\nexit').program)).toThrow();
    expect(() => a.attachCgroup(testProgram(a, 'cgroup/connect6', 'r0 = 1\nexit').program)).toThrow(/EOPNOTSUPP/);
  });
});
