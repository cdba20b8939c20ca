import { buildIcmpFrame, buildIpv4Frame, parseIpv4Prefix, setBe16, setU8, updateIpChecksum } from '@sluice/wire';
import { describe, expect, it } from 'vitest';
import { NF_ACCEPT, NF_DROP, NF_IP_PRI_FILTER, NF_IP_PRI_RAW } from '../netfilter/hooks.ts';
import { udpFrame } from '../testing/frames.ts';
import { routedHosts } from '../testing/routed-hosts.ts';
import { twoHosts } from '../testing/two-hosts.ts';

const ends = {
  sourceMac: '02:00:00:00:00:01',
  destinationMac: '02:00:00:00:00:02',
  source: '10.0.0.1',
  destination: '10.0.0.2',
};

/** Injects a frame into b's eth0. Returns why it was dropped, or undefined. */
function reasonFor(
  frame: Uint8Array,
  prepare: (net: ReturnType<typeof twoHosts>) => void = () => {},
): string | undefined {
  const net = twoHosts();
  prepare(net);
  net.bNic.inject(frame);
  net.kernel.run();
  expect(net.kernel.machine.packets.inUse).toBe(0);
  return [...net.b.drops.keys()][0];
}

function listen(net: Pick<ReturnType<typeof twoHosts>, 'b'>): void {
  const server = net.b.root.udpSocket();
  server.bind('0.0.0.0', 2000);
  server.onMessage(() => {});
}

/** The frame with some bytes changed, and the IP checksum mended unless the damage is there. */
function damaged(change: (frame: Uint8Array) => void, mend = true): Uint8Array {
  const frame = udpFrame();
  change(frame);
  if (mend) updateIpChecksum(frame, 14);
  return frame;
}

describe('ipRcv() drops', () => {
  it.each([
    ['a frame for another MAC', udpFrame({ destinationMac: '02:00:00:00:00:77' }), 'OTHERHOST'],
    ['another version', damaged((f) => setU8(f, 14, 0x55)), 'IP_INHDR'],
    ['a header length below 20', damaged((f) => setU8(f, 14, 0x44), false), 'IP_INHDR'],
    ['a wrong checksum', damaged((f) => setU8(f, 22, 63), false), 'IP_CSUM'],
    ['a total length beyond the frame', damaged((f) => setBe16(f, 16, 99)), 'PKT_TOO_SMALL'],
    ['a total length below the header', damaged((f) => setBe16(f, 16, 19)), 'IP_INHDR'],
    ['a frame that ends in the header', udpFrame().slice(0, 30), 'IP_INHDR'],
    ['an unknown EtherType', damaged((f) => setBe16(f, 12, 0x88cc)), 'UNHANDLED_PROTO'],
  ])('%s: %s', (_what, frame, reason) => {
    expect(reasonFor(frame, listen)).toBe(reason);
  });

  it('nothing of a frame with padding: it is cut off', () => {
    const net = twoHosts();
    const server = net.b.root.udpSocket();
    server.bind('0.0.0.0', 2000);
    const got: number[] = [];
    server.onMessage((p) => got.push(p.length));
    const frame = new Uint8Array(80);
    frame.set(udpFrame());
    net.bNic.inject(frame);
    net.kernel.run();
    expect(got).toEqual([4]);
  });
});

describe('the routing decision', () => {
  it.each([
    ['a multicast source', { source: '224.0.0.1' }, 'NOT_SPECIFIED'],
    ['no source at all', { source: '0.0.0.0' }, 'NOT_SPECIFIED'],
    ['a loopback source', { source: '127.0.0.1' }, 'NOT_SPECIFIED'],
    ['a loopback destination', { destination: '127.0.0.1' }, 'NOT_SPECIFIED'],
    ['our own address as source', { source: '10.0.0.2' }, 'NOT_SPECIFIED'],
    ['a destination that is not ours, without forwarding', { destination: '10.9.9.9' }, 'IP_INADDRERRORS'],
  ])('refuses %s', (_what, more, reason) => {
    expect(reasonFor(udpFrame(more), listen)).toBe(reason);
  });

  it('with rp_filter refuses a source whose answers would leave elsewhere: IP_RPFILTER', () => {
    const frame = udpFrame({ source: '192.168.7.7' });
    const strict = (net: ReturnType<typeof twoHosts>): void => {
      listen(net);
      net.b.root.addRoute({ to: '192.168.7.0/24', device: net.b.root.addVeth('x', net.b.createNetns('n'), 'y')[0] });
      net.b.root.setSysctl('net.ipv4.conf.eth0.rp_filter', '1');
    };
    expect(reasonFor(frame, strict)).toBe('IP_RPFILTER');
    expect(reasonFor(frame, listen)).toBeUndefined();
  });

  it('takes the longest prefix, then the lowest metric', () => {
    const { kernel, b, bNic } = twoHosts();
    b.root.addRoute({ to: '10.7.0.0/16', via: '10.0.0.7', device: bNic, metric: 5 });
    b.root.addRoute({ to: '10.7.0.0/16', via: '10.0.0.6', device: bNic, metric: 4 });
    b.root.addRoute({ to: '10.7.7.0/24', via: '10.0.0.8', device: bNic, metric: 9 });
    const recording = kernel.trace();
    const socket = b.root.udpSocket();
    for (const address of ['10.7.7.7', '10.7.8.8']) socket.send(Uint8Array.of(1), { address, port: 1 });
    kernel.run(1);
    const routes = recording
      .packets()
      .flatMap((p) => p.steps.filter((s) => s.function === 'ip_local_out').map((s) => s.detail));
    expect(routes).toEqual(['route 10.7.7.0/24 via 10.0.0.8 dev eth0', 'route 10.7.0.0/16 via 10.0.0.6 dev eth0']);
  });

  it('follows policy rules by mark, and their blackholes', () => {
    const { kernel, b, bNic } = twoHosts();
    b.root.addRule({ priority: 100, fwmark: 7, action: 'lookup', table: 100 });
    b.root.addRoute({ to: '0.0.0.0/0', type: 'prohibit', table: 100 });
    b.root.addRoute({ to: '10.5.0.0/16', via: '10.0.0.9', device: bNic });
    const socket = b.root.udpSocket();
    expect(socket.send(Uint8Array.of(1), { address: '10.5.0.1', port: 1 })).toBeUndefined();
    socket.mark = 7;
    expect(socket.send(Uint8Array.of(1), { address: '10.5.0.1', port: 1 })).toBe('EACCES');
    expect(socket.send(Uint8Array.of(1), { address: '10.0.0.1', port: 1 })).toBe('EACCES');
    kernel.run(1);
  });

  it('without a route the sender learns ENETUNREACH, and the step says why', () => {
    const { kernel, a } = twoHosts();
    const recording = kernel.trace();
    expect(a.root.udpSocket().send(Uint8Array.of(1), { address: '192.0.2.1', port: 1 })).toBe('ENETUNREACH');
    expect(recording.packets()[0]!.steps.at(-1)).toMatchObject({
      verdict: 'drop',
      reason: 'ENETUNREACH',
      because: { kind: 'route', text: 'no route to 192.0.2.1' },
    });
  });
});

describe('forwarding', () => {
  it('takes one off the TTL and carries a request and its answer over the router', () => {
    const { kernel, a, b } = routedHosts();
    b.root.tcpListen('0.0.0.0', 80, (c) => c.onData((d) => c.send(d)));
    const got: string[] = [];
    const recording = kernel.trace();
    const client = a.root.tcpConnect('10.0.1.2', 80);
    client.onEstablished(() => client.send(new TextEncoder().encode('hello')));
    client.onData((d) => got.push(new TextDecoder().decode(d)));
    kernel.run();
    expect(got).toEqual(['hello']);
    const forward = recording.packets()[0]!.steps.find((s) => s.function === 'ip_forward')!;
    expect(forward.changes).toEqual([{ field: 'ip.ttl', before: '64', after: '63' }]);
    expect(forward.node).toBe('router');
  });

  it('ends at TTL 1, and tells the sender', () => {
    const { kernel, a, router } = routedHosts();
    const types: number[] = [];
    a.root.device('eth0')!.capture((f) => void (f[23] === 1 && types.push(f[34]!)));
    router.root
      .device('eth0')!
      .inject(udpFrame({ destinationMac: '02:00:00:00:01:01', destination: '10.0.1.2', ttl: 1 }));
    kernel.run();
    expect(types).toEqual([11]);
    expect(router.drops.get('IP_INHDR')).toBe(1);
  });

  it('without a route answers network unreachable', () => {
    const { kernel, a, router } = routedHosts();
    const codes: number[] = [];
    a.root.device('eth0')!.capture((f) => void (f[23] === 1 && codes.push(f[35]!)));
    router.root.device('eth0')!.inject(udpFrame({ destinationMac: '02:00:00:00:01:01', destination: '203.0.113.1' }));
    kernel.run();
    expect(codes).toEqual([0]);
    expect(router.drops.get('IP_INNOROUTES')).toBe(1);
  });
});

describe('local delivery', () => {
  it('answers a protocol nobody handles with protocol unreachable: IP_NOPROTO', () => {
    const codes: number[] = [];
    const reason = reasonFor(buildIpv4Frame(ends, 132, new Uint8Array(8)), (net) => {
      net.aNic.capture((f) => void (f[23] === 1 && codes.push(f[35]!)));
    });
    expect([reason, codes]).toEqual(['IP_NOPROTO', [2]]);
  });

  it('answers a port nobody has with port unreachable, and a connected sender learns it', () => {
    const { kernel, a } = twoHosts();
    const socket = a.root.udpSocket();
    socket.connect('10.0.0.2', 9);
    expect(socket.send(Uint8Array.of(1))).toBeUndefined();
    kernel.run();
    expect(socket.send(Uint8Array.of(1))).toBe('ECONNREFUSED');
    expect(socket.send(Uint8Array.of(1))).toBeUndefined();
  });

  it('drops a wrong UDP checksum, and takes one that was not computed', () => {
    expect(
      reasonFor(
        damaged((f) => setU8(f, 40, f[40]! ^ 1)),
        listen,
      ),
    ).toBe('UDP_CSUM');
    expect(
      reasonFor(
        damaged((f) => setBe16(f, 40, 0)),
        listen,
      ),
    ).toBeUndefined();
  });

  it('drops a datagram that says it is longer than it is: PKT_TOO_SMALL', () => {
    expect(
      reasonFor(
        damaged((f) => setBe16(f, 38, 99)),
        listen,
      ),
    ).toBe('PKT_TOO_SMALL');
  });

  it('drops a wrong ICMP checksum: ICMP_CSUM', () => {
    const frame = buildIcmpFrame({ ...ends, type: 8, code: 0, rest: 1 }, new Uint8Array(8));
    frame[36]! ^= 1;
    expect(reasonFor(frame)).toBe('ICMP_CSUM');
  });

  it('a full receive buffer drops: SOCKET_RCVBUFF', () => {
    const { kernel, b, bNic } = twoHosts();
    const server = b.root.udpSocket();
    server.bind('0.0.0.0', 2000);
    server.receiveBufferBytes = 3 * 2304;
    for (let i = 0; i < 10; i++) bNic.inject(udpFrame());
    kernel.run();
    expect(server.receiveQueue.length).toBe(3);
    expect([server.drops, b.drops.get('SOCKET_RCVBUFF')]).toEqual([7, 7]);
  });

  it('gives a datagram to the socket that fits best', () => {
    const { kernel, b, bNic } = twoHosts();
    const got: string[] = [];
    const any = b.root.udpSocket();
    any.bind('0.0.0.0', 2000);
    any.onMessage(() => got.push('any'));
    bNic.inject(udpFrame());
    kernel.run();
    any.connect('10.0.0.1', 1000);
    bNic.inject(udpFrame());
    bNic.inject(udpFrame({ sourcePort: 1001 }));
    kernel.run();
    expect(got).toEqual(['any', 'any']);
    expect(b.drops.get('NO_SOCKET')).toBe(1);
  });
});

describe('netfilter hooks', () => {
  it('run by priority, and one that drops ends the way: NETFILTER_DROP', () => {
    const { kernel, b, bNic } = twoHosts();
    listen({ b });
    const order: string[] = [];
    const hook = (name: string, verdict: 0 | 1) => () => {
      order.push(name);
      return verdict;
    };
    b.root.hooks.register('localIn', { name: 'filter', priority: NF_IP_PRI_FILTER, hook: hook('filter', NF_DROP) });
    b.root.hooks.register('preRouting', { name: 'late', priority: NF_IP_PRI_FILTER, hook: hook('late', NF_ACCEPT) });
    b.root.hooks.register('preRouting', { name: 'raw', priority: NF_IP_PRI_RAW, hook: hook('raw', NF_ACCEPT) });
    const recording = kernel.trace();
    bNic.inject(udpFrame());
    kernel.run();
    expect(order).toEqual(['raw', 'late', 'filter']);
    expect(recording.packets()[0]!.steps.at(-1)).toMatchObject({
      reason: 'NETFILTER_DROP',
      because: { kind: 'rule', text: 'filter at localIn drops it' },
    });
  });

  it('see what is forwarded at FORWARD and POST_ROUTING, and what is sent at LOCAL_OUT', () => {
    const { kernel, a, router } = routedHosts();
    const seen: string[] = [];
    const note = (what: string) => () => {
      seen.push(what);
      return NF_ACCEPT as typeof NF_ACCEPT;
    };
    for (const point of ['preRouting', 'forward', 'postRouting', 'localIn', 'localOut'] as const) {
      router.root.hooks.register(point, { name: point, priority: 0, hook: note(point) });
    }
    a.root.hooks.register('localOut', { name: 'out', priority: 0, hook: note('a out') });
    a.root.udpSocket().send(Uint8Array.of(1), { address: '10.0.1.2', port: 5 });
    kernel.run(50_000);
    expect(seen).toEqual(['a out', 'preRouting', 'forward', 'postRouting']);
  });
});

describe('xfrm policies', () => {
  const policy = { direction: 'in', action: 'block', priority: 1, templates: false } as const;

  it('that block what comes in are asked by UDP once the socket is known', () => {
    const blocked = (net: ReturnType<typeof twoHosts>): void => {
      listen(net);
      net.b.root.xfrm.add({ ...policy, selector: { protocol: 17, destinationPort: 2000 } });
    };
    expect(reasonFor(udpFrame(), blocked)).toBe('XFRM_POLICY');
    expect(reasonFor(udpFrame({ destinationPort: 2001 }), blocked)).toBe('NO_SOCKET');
  });

  it('decide by the first that matches', () => {
    const allowed = (net: ReturnType<typeof twoHosts>): void => {
      listen(net);
      net.b.root.xfrm.add({ ...policy, priority: 5, selector: {} });
      net.b.root.xfrm.add({
        ...policy,
        action: 'allow',
        priority: 1,
        selector: { source: parseIpv4Prefix('10.0.0.0/24')! },
      });
    };
    expect(reasonFor(udpFrame(), allowed)).toBeUndefined();
  });

  it('for forwarding stop a router', () => {
    const { kernel, router } = routedHosts();
    router.root.xfrm.add({ ...policy, direction: 'fwd', selector: {} });
    router.root.device('eth0')!.inject(udpFrame({ destinationMac: '02:00:00:00:01:01', destination: '10.0.1.2' }));
    kernel.run();
    expect([...router.drops]).toEqual([['XFRM_POLICY', 1]]);
  });
});

describe('what the model does not know', () => {
  it.each([
    ['VLAN tags', damaged((f) => setBe16(f, 12, 0x8100)), /VLAN/],
    ['IPv6', damaged((f) => setBe16(f, 12, 0x86dd)), /IPv6/],
  ])('%s: the verdict is undecidable and names the fact', (_what, frame, missing) => {
    const { kernel, b, bNic } = twoHosts();
    const recording = kernel.trace();
    bNic.inject(frame);
    kernel.run();
    const [packet] = recording.packets();
    expect(packet!.verdict).toBe('undecidable');
    expect(packet!.steps.at(-1)!.because!.missing).toMatch(missing);
    expect([...b.undecidable.keys()][0]).toMatch(missing);
  });
});
