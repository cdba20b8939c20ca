import { describe, expect, it } from 'vitest';
import { softnetStat } from '../core/softnet-stat.ts';
import { createModelKernel } from '../kernel/model-kernel.ts';
import { udpFrame } from '../testing/frames.ts';
import { skbRss, toeplitz } from './nic-rss.ts';

describe('the Toeplitz hash', () => {
  // The published verification suite: source, destination, ports, hash of all, hash of the addresses alone.
  it.each([
    [[66, 9, 149, 187], [161, 142, 100, 80], 2794, 1766, 0x51ccc178, 0x323e8fc2],
    [[199, 92, 111, 2], [65, 69, 140, 83], 14230, 4739, 0xc626b0ea, 0xd718262a],
    [[24, 19, 198, 95], [12, 22, 207, 184], 12898, 38024, 0x5c2b394a, 0xd2d0a5de],
    [[38, 27, 205, 30], [209, 142, 163, 6], 48228, 2217, 0xafc7327f, 0x82989176],
  ])('of %j to %j is as published', (source, destination, from, to, withPorts, addresses) => {
    const tuple = Uint8Array.of(...source, ...destination, from >> 8, from & 255, to >> 8, to & 255);
    expect(toeplitz(tuple, 0, 12)).toBe(withPorts);
    expect(toeplitz(tuple, 0, 8)).toBe(addresses);
  });
});

describe('receive-side scaling', () => {
  it('keeps a flow on one queue, and spreads flows over all', () => {
    const queueOf = (sourcePort: number): number => {
      const frame = udpFrame({ sourcePort });
      return skbRss(frame, 0, frame.length, 4);
    };
    const used = new Set(Array.from({ length: 64 }, (_, i) => queueOf(1000 + i)));
    expect(used).toEqual(new Set([0, 1, 2, 3]));
    expect(queueOf(1000)).toBe(queueOf(1000));
  });

  it('puts the queues on CPUs in turn', () => {
    const kernel = createModelKernel();
    const host = kernel.createHost({ name: 'h', cpus: 4 });
    const nic = host.root.addNic('eth0', kernel.createSegment('lan'), { mac: '02:00:00:00:00:02', rxQueues: 4 });
    host.root.addAddress(nic, '10.0.0.2/24');
    for (let i = 0; i < 64; i++) nic.inject(udpFrame({ sourcePort: 1000 + i }));
    kernel.run();
    const processed = softnetStat(host).map((s) => s.processed);
    expect(processed.every((n) => n > 0)).toBe(true);
    expect(nic.queues.map((q) => q.napi.softnet.cpu)).toEqual([0, 1, 2, 3]);
  });
});
