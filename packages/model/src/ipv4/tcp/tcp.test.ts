import { describe, expect, it } from 'vitest';
import { twoHosts } from '../../testing/two-hosts.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const read = (b: Uint8Array): string => new TextDecoder().decode(b);

describe('TCP between two hosts', () => {
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
    const client = a.root.tcpConnect('10.0.0.2', 80);
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
    const verdicts = recording.packets().map((p) => p.verdict);
    expect(verdicts.every((v) => v === 'delivered')).toBe(true);
    expect(events).toEqual([
      'established',
      'server got GET / from 10.0.0.1',
      'client got 200 OK',
      'client closed undefined',
      'server closed undefined',
    ]);
    expect(kernel.machine.packets.inUse).toBe(0);
  });
});
