import {
  buildTcpFrame,
  equalBytes,
  ipProtocol,
  TCP_ACK,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
  tcpFlags,
  tcpHeaderBytes,
} from '@sluice/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NF_ACCEPT, NF_DROP } from '../../netfilter/hooks.ts';
import type { SkBuff } from '../../skb/sk-buff.ts';
import { twoHosts } from '../../testing/two-hosts.ts';
import { after, before, between } from './tcp-sequence.ts';
import { TCP_TRANSITIONS, tcpNextState } from './tcp-state.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const read = (b: Uint8Array): string => new TextDecoder().decode(b);
type Net = ReturnType<typeof twoHosts>;

/** Drops on arrival at `b` those TCP segments that `lose` says; `n` counts them from 1. */
function lossy(net: Net, lose: (n: number, flags: number, payload: number) => boolean): void {
  let n = 0;
  const hook = (skb: SkBuff) => {
    if (ipProtocol(skb.bytes, skb.networkHeader) !== 6) return NF_ACCEPT;
    const tcp = skb.transportHeader;
    const payload = skb.tail - tcp - tcpHeaderBytes(skb.bytes, tcp);
    return lose(++n, tcpFlags(skb.bytes, tcp), payload) ? NF_DROP : NF_ACCEPT;
  };
  net.b.root.hooks.register('preRouting', { name: 'loss', priority: 0, hook });
}

/** Sends `payload` from a to b:80. Returns what arrived, and how both ends finished. */
function transfer(net: Net, payload: Uint8Array): { received: Uint8Array; ends: (string | undefined)[] } {
  const parts: Uint8Array[] = [];
  const ends: (string | undefined)[] = [];
  net.b.root.tcpListen('0.0.0.0', 80, (c) => {
    c.onData((d) => parts.push(d));
    c.onClose((why) => ends.push(why));
  });
  const client = net.a.root.tcpConnect('10.0.0.2', 80);
  client.onEstablished(() => {
    client.send(payload);
    client.close();
  });
  client.onClose((why) => ends.push(why));
  net.kernel.run();
  const received = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    received.set(part, at);
    at += part.length;
  }
  expect(net.kernel.machine.packets.inUse).toBe(0);
  return { received, ends };
}

/** The comparison of the test runner takes seconds for a megabyte. */
const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && equalBytes(a, 0, b, 0, a.length);

const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255);

describe('a TCP connection', () => {
  it('opens, carries a request and its answer, and closes', () => {
    const { kernel, a, b } = twoHosts();
    const events: string[] = [];
    b.root.tcpListen('0.0.0.0', 80, (c) => {
      c.onData((d) => {
        events.push(`server got ${read(d)} from ${c.peer().address}`);
        c.send(text('200 OK'));
      });
      c.onClose((why) => events.push(`server closed ${why}`));
    });
    const recording = kernel.trace();
    const client = a.root.tcpConnect('10.0.0.2', 80, { sourcePort: 40000 });
    client.onEstablished(() => {
      events.push('established');
      client.send(text('GET /'));
    });
    client.onData((d) => {
      events.push(`client got ${read(d)}`);
      client.close();
    });
    client.onClose((why) => events.push(`client closed ${why}`));
    kernel.run();
    expect(events).toEqual([
      'established',
      'server got GET / from 10.0.0.1',
      'client got 200 OK',
      'client closed undefined',
      'server closed undefined',
    ]);
    const packets = recording.packets();
    expect(packets.every((p) => p.verdict === 'delivered')).toBe(true);
    expect(packets[0]!.summary).toBe('TCP SYN 10.0.0.1:40000 → 10.0.0.2:80');
    expect(client.state).toBe('TIME_WAIT');
    kernel.run(kernel.nowNs + 61e9);
    expect([...a.root.tcp.connections(), ...b.root.tcp.connections()]).toEqual([]);
    expect(kernel.machine.packets.inUse).toBe(0);
  });

  it('carries a megabyte in order', () => {
    const payload = bytesOf(1 << 20);
    const { received, ends } = transfer(twoHosts(), payload);
    expect(same(received, payload)).toBe(true);
    expect(ends).toEqual([undefined, undefined]);
  });

  it('carries everything though segments are lost', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0x7fffffff }), fc.integer({ min: 2, max: 9 }), (seed, every) => {
        const net = twoHosts({ seed });
        lossy(net, (n) => n % every === 0);
        const payload = bytesOf(60_000);
        expect(same(transfer(net, payload).received, payload)).toBe(true);
      }),
      { numRuns: 12 },
    );
  });

  it('a lost SYN goes again after a second', () => {
    const net = twoHosts();
    lossy(net, (n) => n === 1);
    expect(read(transfer(net, text('hi')).received)).toBe('hi');
    expect(net.kernel.nowNs).toBeGreaterThan(1e9);
  });

  it('one lost segment among many comes again without waiting for the timer', () => {
    const net = twoHosts();
    net.bNic.gro = false;
    let data = 0;
    lossy(net, (_n, _flags, payload) => payload > 0 && ++data === 2);
    const payload = bytesOf(14_000);
    expect(same(transfer(net, payload).received, payload)).toBe(true);
    expect(net.kernel.nowNs).toBeLessThan(0.2e9);
  });

  it('that nobody answers ends with ETIMEDOUT, after as many SYNs as the settings say', () => {
    const net = twoHosts();
    let syns = 0;
    lossy(net, () => ++syns > 0);
    net.a.root.setSysctl('net.ipv4.tcp_syn_retries', '2');
    const closed: (string | undefined)[] = [];
    net.a.root.tcpConnect('10.0.0.2', 80).onClose((why) => closed.push(why));
    net.kernel.run();
    expect(closed).toEqual(['ETIMEDOUT']);
    // One, then four at a steady second (tcp_syn_linear_timeouts), then two that double.
    expect(syns).toBe(7);
  });

  it('to a closed port is refused by a reset', () => {
    const { kernel, a } = twoHosts();
    const closed: (string | undefined)[] = [];
    const recording = kernel.trace();
    a.root.tcpConnect('10.0.0.2', 81).onClose((why) => closed.push(why));
    kernel.run();
    expect(closed).toEqual(['ECONNREFUSED']);
    const packets = recording.packets();
    expect(packets[0]).toMatchObject({ verdict: 'rejected' });
    expect(packets[0]!.steps.at(-1)).toMatchObject({
      function: 'tcp_v4_rcv',
      reason: 'NO_SOCKET',
      because: { kind: 'socket', text: 'nothing in b listens on TCP 10.0.0.2:81' },
    });
    expect(packets.find((p) => p.direction === 'reply' && p.summary.startsWith('TCP RST'))?.causedBy).toBe(1);
  });

  it('to a host that is not there ends with EHOSTUNREACH', () => {
    const { kernel, a } = twoHosts();
    const closed: (string | undefined)[] = [];
    const recording = kernel.trace();
    a.root.tcpConnect('10.0.0.99', 80).onClose((why) => closed.push(why));
    kernel.run();
    expect(closed).toEqual(['EHOSTUNREACH']);
    expect(recording.packets()[0]!.steps.at(-1)).toMatchObject({
      reason: 'NEIGH_FAILED',
      because: { kind: 'neighbour', text: 'nobody on eth0 answered ARP for 10.0.0.99' },
    });
  });

  it('without a route ends with ENETUNREACH before any packet', () => {
    const { kernel, a } = twoHosts();
    const closed: (string | undefined)[] = [];
    a.root.tcpConnect('192.0.2.1', 80).onClose((why) => closed.push(why));
    kernel.run();
    expect(closed).toEqual(['ENETUNREACH']);
  });

  it('to itself goes over lo', () => {
    const { kernel, a } = twoHosts();
    const got: string[] = [];
    a.root.tcpListen('127.0.0.1', 80, (c) => c.onData((d) => got.push(read(d))));
    const client = a.root.tcpConnect('127.0.0.1', 80);
    client.onEstablished(() => client.send(text('me')));
    kernel.run();
    expect(got).toEqual(['me']);
    expect(a.root.device('lo')!.statistics().txPackets).toBeGreaterThan(3);
  });

  it('a reader that waits closes the window, and opening it lets the rest through', () => {
    const { kernel, a, b } = twoHosts();
    const payload = bytesOf(400_000);
    let connection: import('@sluice/engine').TcpConnection | undefined;
    b.root.tcpListen('0.0.0.0', 80, (c) => {
      connection = c;
    });
    const client = a.root.tcpConnect('10.0.0.2', 80);
    client.onEstablished(() => client.send(payload));
    kernel.run(kernel.nowNs + 5e9);
    let got = 0;
    connection!.onData((d) => {
      got += d.length;
    });
    kernel.run(kernel.nowNs + 200e9);
    expect(got).toBe(payload.length);
  });
});

describe('tcpV4Rcv()', () => {
  const ends = {
    sourceMac: '02:00:00:00:00:55',
    destinationMac: '02:00:00:00:00:02',
    source: '10.0.0.5',
    destination: '10.0.0.2',
    sourcePort: 1,
    destinationPort: 80,
  };

  /** Injects a segment for a listener on b:80. Returns the drop reason, and the flags of what was answered. */
  function answerTo(frame: Uint8Array): { reason: string | undefined; answers: number[] } {
    const { kernel, b, aNic, bNic } = twoHosts();
    b.root.addNeighbour(bNic, '10.0.0.5', '02:00:00:00:00:55');
    b.root.tcpListen('0.0.0.0', 80, () => {});
    const answers: number[] = [];
    aNic.capture((f) => answers.push(f[47]!));
    bNic.inject(frame);
    kernel.run(1);
    kernel.run(100_000);
    return { reason: [...b.drops.keys()][0], answers };
  }

  it('answers a SYN with SYN, ACK', () => {
    expect(answerTo(buildTcpFrame({ ...ends, sequence: 1, flags: TCP_SYN }))).toEqual({
      reason: undefined,
      answers: [TCP_SYN | TCP_ACK],
    });
  });

  it('resets an ACK of nothing', () => {
    const frame = buildTcpFrame({ ...ends, sequence: 1, acknowledgment: 9, flags: TCP_ACK });
    expect(answerTo(frame)).toEqual({ reason: 'TCP_FLAGS', answers: [TCP_RST] });
  });

  it.each([
    ['SYN and FIN together', TCP_SYN | TCP_FIN, 'TCP_FLAGS'],
    ['a reset', TCP_RST, 'TCP_RESET'],
    ['no flag at all', 0, 'TCP_FLAGS'],
  ])('drops %s', (_what, flags, reason) => {
    expect(answerTo(buildTcpFrame({ ...ends, sequence: 1, flags }))).toEqual({ reason, answers: [] });
  });

  it('drops a wrong checksum: TCP_CSUM', () => {
    const frame = buildTcpFrame({ ...ends, sequence: 1, flags: TCP_SYN });
    frame[50]! ^= 1;
    expect(answerTo(frame).reason).toBe('TCP_CSUM');
  });

  it('drops a header that is cut off', () => {
    const frame = buildTcpFrame({ ...ends, sequence: 1, flags: TCP_SYN });
    frame[46] = 0xf0;
    expect(answerTo(frame).reason).toBe('PKT_TOO_SMALL');
  });
});

describe('the table of states', () => {
  it('leads from every state but the first to its end', () => {
    for (const state of Object.keys(TCP_TRANSITIONS) as (keyof typeof TCP_TRANSITIONS)[]) {
      expect(Object.values(TCP_TRANSITIONS[state]).length).toBeGreaterThan(0);
      if (state !== 'CLOSE' && state !== 'LISTEN') expect(tcpNextState(state, 'reset')).toBe('CLOSE');
    }
  });

  it('refuses what cannot happen', () => {
    expect(() => tcpNextState('LISTEN', 'fin')).toThrow(/fin in LISTEN/);
  });
});

describe('sequence numbers', () => {
  it('compare across the wrap', () => {
    expect([before(0xffffffff, 1), after(1, 0xffffffff), before(1, 0xffffffff)]).toEqual([true, true, false]);
    expect([between(2, 0xfffffff0, 5), between(6, 0xfffffff0, 5)]).toEqual([true, false]);
  });
});
