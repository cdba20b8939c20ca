import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildIcmpFrame, buildTcpFrame, buildUdpFrame } from './build-frame.ts';
import { formatFrame, summarizeFrame } from './format-frame.ts';
import { headerFields } from './header-fields.ts';
import { walkFrame } from './walk-frame.ts';

const ends = {
  sourceMac: '02:00:00:00:00:01',
  destinationMac: '02:00:00:00:00:02',
  source: '10.0.0.1',
  destination: '10.0.0.2',
};

describe('a built frame', () => {
  const tcp = buildTcpFrame({
    ...ends,
    sourcePort: 40000,
    destinationPort: 80,
    sequence: 5,
    flags: 2,
    options: { mss: 1460 },
  });
  const udp = buildUdpFrame({ ...ends, sourcePort: 40000, destinationPort: 53 }, Uint8Array.of(1, 2, 3));
  const icmp = buildIcmpFrame({ ...ends, type: 8, code: 0, rest: 0x70001 }, new Uint8Array(8));

  it('has every header without a problem', () => {
    expect(walkFrame(tcp).map((l) => [l.kind, l.problem])).toEqual([
      ['ethernet', undefined],
      ['ipv4', undefined],
      ['tcp', undefined],
    ]);
    expect(walkFrame(udp).map((l) => l.kind)).toEqual(['ethernet', 'ipv4', 'udp', 'payload']);
    expect(walkFrame(icmp).every((l) => l.problem === undefined)).toBe(true);
  });

  it('reads as one line, and as a heading', () => {
    expect(formatFrame(udp)).toBe(
      '02:00:00:00:00:01 > 02:00:00:00:00:02, IPv4 | 10.0.0.1 > 10.0.0.2: UDP, ttl 64 | UDP 40000 > 53, length 3',
    );
    expect(summarizeFrame(tcp)).toBe('TCP SYN 10.0.0.1:40000 → 10.0.0.2:80');
    expect(summarizeFrame(udp.slice(14), 'ip')).toBe('UDP 10.0.0.1:40000 → 10.0.0.2:53');
  });

  it('lists its fields by name', () => {
    expect(Object.fromEntries(headerFields(udp))).toMatchObject({
      'eth.dst': '02:00:00:00:00:02',
      'ip.daddr': '10.0.0.2',
      'udp.dport': '53',
      'payload.bytes': '3',
    });
  });

  it('cut anywhere or damaged is still walked, formatted and listed', () => {
    fc.assert(
      fc.property(fc.constantFrom(tcp, udp, icmp), fc.nat(80), fc.nat(80), fc.nat(255), (frame, cut, at, value) => {
        const bytes = frame.slice(0, cut);
        if (at < bytes.length) bytes[at] = value;
        expect(walkFrame(bytes).length).toBeGreaterThan(0);
        expect(typeof formatFrame(bytes)).toBe('string');
        expect(headerFields(bytes).length).toBeGreaterThan(0);
      }),
    );
  });
});
