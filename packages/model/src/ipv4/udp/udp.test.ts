import { describe, expect, it } from 'vitest';
import { twoHosts } from '../../testing/two-hosts.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const read = (b: Uint8Array): string => new TextDecoder().decode(b);

describe('UDP between two hosts', () => {
  it('carries a datagram and its answer, ARP first, and leaves no packet behind', () => {
    const { kernel, a, b } = twoHosts();
    const server = b.root.udpSocket();
    server.bind('0.0.0.0', 53);
    const got: string[] = [];
    server.onMessage((payload, from) => {
      got.push(`${read(payload)} from ${from.address}`);
      server.send(text('pong'), from);
    });
    const client = a.root.udpSocket();
    client.onMessage((payload) => got.push(read(payload)));
    const recording = kernel.trace();
    expect(client.send(text('ping'), { address: '10.0.0.2', port: 53 })).toBeUndefined();
    kernel.run();
    expect(got).toEqual(['ping from 10.0.0.1', 'pong']);
    const packets = recording.packets();
    expect(packets.map((p) => [p.packetId, p.causedBy, p.direction, p.verdict])).toEqual([
      [1, undefined, 'forward', 'delivered'],
      [2, 1, 'forward', 'delivered'],
      [3, 2, 'reply', 'delivered'],
      [4, 1, 'reply', 'delivered'],
    ]);
    expect(packets[0]!.steps.map((s) => s.function)).toEqual(
      expect.arrayContaining([
        'udp_sendmsg',
        'napi_poll',
        'ip_rcv',
        'udp_rcv',
        'sock_def_readable',
        'ep_poll',
        'udp_recvmsg',
      ]),
    );
    expect(kernel.machine.packets.inUse).toBe(0);
  });
});
