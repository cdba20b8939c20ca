import { buildTcpFrame, ipTotalLength, TCP_ACK, TCP_PSH, walkFrame } from '@sluice/wire';
import { describe, expect, it } from 'vitest';
import { NF_ACCEPT } from '../netfilter/hooks.ts';
import { routedHosts } from '../testing/routed-hosts.ts';
import { twoHosts } from '../testing/two-hosts.ts';

const ends = {
  sourceMac: '02:00:00:00:00:01',
  destinationMac: '02:00:00:00:00:02',
  source: '10.0.0.1',
  destination: '10.0.0.2',
  sourcePort: 4000,
  destinationPort: 80,
};

/** A segment of `bytes` bytes that begins at `sequence`. */
const segment = (sequence: number, bytes: number, more: object = {}): Uint8Array =>
  buildTcpFrame({ ...ends, sequence, acknowledgment: 1, ...more }, new Uint8Array(bytes).fill(sequence & 0xff));

/** What the stack behind GRO saw: the frames' IP lengths. */
function lengthsAfterGro(frames: readonly Uint8Array[], gro = true): number[] {
  const { kernel, bNic } = twoHosts();
  bNic.gro = gro;
  const seen: number[] = [];
  bNic.capture((frame) => {
    expect(walkFrame(frame).every((l) => l.problem === undefined)).toBe(true);
    if (frame[5] === 2 && frame[13] === 0) seen.push(ipTotalLength(frame, 14));
  });
  for (const frame of frames) bNic.inject(frame);
  kernel.run();
  expect(kernel.machine.packets.inUse).toBe(0);
  return seen;
}

describe('napiGroReceive()', () => {
  it('merges segments that follow each other into one packet with true lengths and checksums', () => {
    expect(lengthsAfterGro([segment(0, 1000), segment(1000, 1000), segment(2000, 1000)])).toEqual([3040]);
  });

  it('merges nothing where it is off', () => {
    expect(lengthsAfterGro([segment(0, 1000), segment(1000, 1000)], false)).toEqual([1040, 1040]);
  });

  it.each([
    ['a gap in the sequence', segment(1500, 1000)],
    ['another acknowledgment', segment(1000, 1000, { acknowledgment: 2 })],
    ['other options', segment(1000, 1000, { options: { timestamp: { value: 1, echo: 2 } } })],
    ['another TTL', segment(1000, 1000, { ttl: 9 })],
    ['a segment longer than the first', segment(1000, 1200)],
  ])('does not merge over %s', (_what, second) => {
    expect(lengthsAfterGro([segment(0, 1000), second])).toHaveLength(2);
  });

  it('keeps flows apart, and the order of each', () => {
    const other = { sourcePort: 4001 };
    const frames = [segment(0, 500), segment(0, 600, other), segment(500, 500), segment(600, 600, other)];
    expect(lengthsAfterGro(frames)).toEqual([1040, 1240]);
  });

  it('ends a packet at PSH and at a shorter segment', () => {
    const push = segment(1000, 1000, { flags: TCP_ACK | TCP_PSH });
    expect(lengthsAfterGro([segment(0, 1000), push, segment(2000, 1000)])).toEqual([2040, 1040]);
    expect(lengthsAfterGro([segment(0, 1000), segment(1000, 10), segment(1010, 1000)])).toEqual([1050, 1040]);
  });

  it('never makes a packet longer than IP allows', () => {
    const frames = Array.from({ length: 60 }, (_, i) => segment(i * 1400, 1400));
    const lengths = lengthsAfterGro(frames);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(65535);
    expect(lengths.reduce((sum, l) => sum + l - 40, 0)).toBe(60 * 1400);
    expect(lengths.length).toBeLessThan(4);
  });
});

describe('a merged packet', () => {
  it('that a router forwards is cut again into segments that fit the wire', () => {
    const { kernel, a, router, b } = routedHosts();
    const payload = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31) & 255);
    const got: Uint8Array[] = [];
    b.root.tcpListen('0.0.0.0', 80, (c) => c.onData((d) => got.push(d)));
    let longest = 0;
    router.root.device('eth1')!.capture((frame) => {
      longest = Math.max(longest, frame.length);
    });
    let merged = 0;
    router.root.hooks.register('forward', {
      name: 'count',
      priority: 0,
      hook: (skb) => {
        if (skb.gsoSegments > 1) merged++;
        return NF_ACCEPT;
      },
    });
    const client = a.root.tcpConnect('10.0.1.2', 80);
    client.onEstablished(() => client.send(payload));
    kernel.run();
    expect(Buffer.concat(got).equals(Buffer.from(payload))).toBe(true);
    expect(merged).toBeGreaterThan(5);
    expect(longest).toBe(1514);
    expect(kernel.machine.packets.inUse).toBe(0);
  });
});
