import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFrame } from '../frame/format-frame.ts';
import { headerFields } from '../frame/header-fields.ts';
import { readCapture } from './read-capture.ts';
import { writePcap } from './write-pcap.ts';
import { writePcapng } from './write-pcapng.ts';

const packets = [
  { interface: 0, timeNs: 1_700_000_000_123_456_789n, data: Uint8Array.of(1, 2, 3, 4, 5) },
  { interface: 1, timeNs: 1_700_000_001_000_000_000n, data: new Uint8Array(60), comment: 'tc ingress: passed — naïve' },
];
const pcapng = writePcapng([{ name: 'eth0' }, { name: 'eth0 tc', description: 'after tc ingress' }], packets);
const pcap = writePcap(packets);

describe('pcap', () => {
  it('comes back from its bytes', () => {
    const capture = readCapture(pcap);
    expect(capture.problem).toBeUndefined();
    expect(capture.packets.map((p) => [p.timeNs, p.data])).toEqual(packets.map((p) => [p.timeNs, p.data]));
  });

  it('cut short keeps the packets before the cut and names the one it stopped at', () => {
    const capture = readCapture(pcap.slice(0, pcap.length - 1));
    expect(capture.packets).toHaveLength(1);
    expect(capture.problem).toMatchObject({ code: 'truncated', packet: 2, message: 'packet 2 has 59 of its 60 bytes' });
  });
});

describe('pcapng', () => {
  it('comes back from its bytes, with interfaces and comments', () => {
    const capture = readCapture(pcapng);
    expect(capture.problem).toBeUndefined();
    expect(capture.interfaces.map((i) => i.name)).toEqual(['eth0', 'eth0 tc']);
    expect(capture.packets.map(({ originalLength: _, ...p }) => p)).toEqual(packets);
  });
});

describe('the reader', () => {
  it('never throws, whatever is cut or damaged', () => {
    fc.assert(
      fc.property(fc.constantFrom(pcap, pcapng), fc.nat(400), fc.nat(400), fc.nat(255), (file, cut, at, value) => {
        const bytes = file.slice(0, cut);
        if (at < bytes.length) bytes[at] = value;
        const capture = readCapture(bytes);
        expect(capture.packets.length).toBeLessThanOrEqual(3);
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (b) => void readCapture(b)));
  });

  it('says that a file is no capture', () => {
    expect(readCapture(new TextEncoder().encode('hello there')).problem?.code).toBe('not-a-capture');
    expect(readCapture(new Uint8Array(0)).problem?.code).toBe('not-a-capture');
  });
});

const folder = new URL('../../../../../shared/data/tcpdump-pcap/tests/', import.meta.url);

describe.skipIf(!existsSync(folder))('the public captures of tcpdump (skipped where they are absent)', () => {
  it('are all read, formatted and listed without a throw, and nearly all to their end', () => {
    const files = readdirSync(folder).filter((name) => /\.pcap(ng)?$/.test(name));
    let read = 0;
    const damaged: string[] = [];
    for (const name of files) {
      const capture = readCapture(readFileSync(new URL(name, folder)));
      read += capture.packets.length;
      if (capture.problem) damaged.push(`${name}: ${capture.problem.message}`);
      for (const p of capture.packets) {
        const starts = capture.interfaces[p.interface]!.linkType === 101 ? 'ip' : 'ethernet';
        expect(typeof formatFrame(p.data, starts)).toBe('string');
        headerFields(p.data, starts);
      }
    }
    expect(files.length).toBeGreaterThan(800);
    expect(read).toBeGreaterThan(10_000);
    expect(damaged.length).toBeLessThan(files.length / 20);
  });
});
