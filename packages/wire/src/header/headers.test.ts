import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIpv4 } from '../address/ipv4.ts';
import { emitArp, formatArp, parseArp } from './arp.ts';
import { emitEthernet, parseEthernet } from './ethernet.ts';
import { checkIcmp, emitIcmp, formatIcmp, parseIcmp } from './icmp.ts';
import { checkIpv4, decreaseTtl, emitIpv4, ipTtl, parseIpv4Header } from './ipv4.ts';
import { emitTcp, formatTcp, parseTcp } from './tcp.ts';
import { emitTcpOptions, parseTcpOptions } from './tcp-options.ts';
import { checkUdp, emitUdp, parseUdp } from './udp.ts';

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const ip = u32.map(formatIpv4);
const mac = fc
  .uint8Array({ minLength: 6, maxLength: 6 })
  .map((b) => [...b].map((x) => x.toString(16).padStart(2, '0')).join(':'));
const words = fc.uint8Array({ minLength: 0, maxLength: 40 }).map((b) => b.slice(0, b.length & ~3));

/** The bytes with one of them changed. */
function poke(bytes: Uint8Array, at: number, value: number): Uint8Array {
  bytes[at] = value;
  return bytes;
}

describe('every header', () => {
  it('comes back from its bytes: Ethernet', () => {
    fc.assert(
      fc.property(fc.record({ destination: mac, source: mac, type: u16 }), (h) => {
        expect(parseEthernet(emitEthernet(h), 0)).toEqual(h);
      }),
    );
  });

  it('comes back from its bytes: ARP', () => {
    const arp = fc.record({ operation: u16, senderMac: mac, senderIp: ip, targetMac: mac, targetIp: ip });
    fc.assert(
      fc.property(arp, (h) => {
        expect(parseArp(emitArp(h), 0)).toEqual(h);
      }),
    );
  });

  it('comes back from its bytes: IPv4, and passes its own check', () => {
    const header = fc.record({
      source: ip,
      destination: ip,
      protocol: u8,
      ttl: u8,
      tos: u8,
      id: u16,
      fragment: u16,
      totalLength: u16,
      options: words,
    });
    fc.assert(
      fc.property(header, (h) => {
        const bytes = emitIpv4({ ...h, totalLength: 20 + h.options.length });
        expect(parseIpv4Header(bytes, 0)).toEqual({ ...h, totalLength: bytes.length });
        expect(checkIpv4(bytes, 0, bytes.length)).toBeUndefined();
      }),
    );
  });

  it('comes back from its bytes: ICMP, UDP, TCP', () => {
    fc.assert(
      fc.property(fc.record({ type: u8, code: u8, rest: u32 }), fc.uint8Array(), (h, payload) => {
        const bytes = emitIcmp(h, payload);
        expect(parseIcmp(bytes, 0)).toEqual(h);
        expect(checkIcmp(bytes, 0, bytes.length)).toBeUndefined();
      }),
    );
    const udp = fc.record({ sourcePort: u16, destinationPort: u16, length: u16, checksum: u16 });
    fc.assert(
      fc.property(udp, (h) => {
        expect(parseUdp(emitUdp(h), 0)).toEqual(h);
      }),
    );
    const tcp = fc.record({
      sourcePort: u16,
      destinationPort: u16,
      sequence: u32,
      acknowledgment: u32,
      flags: u8,
      window: u16,
      checksum: u16,
      options: words,
    });
    fc.assert(
      fc.property(tcp, (h) => {
        expect(parseTcp(emitTcp(h), 0)).toEqual(h);
      }),
    );
  });
});

describe('TCP options', () => {
  it('come back from their bytes', () => {
    const options = fc.record(
      {
        mss: u16,
        windowScale: fc.integer({ min: 0, max: 14 }),
        sackPermitted: fc.constant(true),
        timestamp: fc.record({ value: u32, echo: u32 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(options, (o) => {
        const bytes = emitTcpOptions(o);
        expect(bytes.length % 4).toBe(0);
        expect(parseTcpOptions(bytes, 0, bytes.length)).toEqual(o);
      }),
    );
  });

  it('keep what stands before a malformed one', () => {
    expect(parseTcpOptions(Uint8Array.of(2, 4, 5, 180, 8, 0, 1, 1), 0, 8)).toEqual({ mss: 1460 });
  });

  it('never read past their end', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 44 }), (b) => void parseTcpOptions(b, 0, b.length)));
  });
});

describe('checks say what is wrong', () => {
  const header = emitIpv4({
    source: '10.0.0.1',
    destination: '10.0.0.2',
    protocol: 17,
    ttl: 64,
    tos: 0,
    id: 7,
    fragment: 0,
    totalLength: 20,
    options: new Uint8Array(0),
  });
  it.each([
    ['shorter than its header', (b: Uint8Array) => b.slice(0, 19)],
    ['version is 6', (b: Uint8Array) => poke(b, 0, 0x65)],
    ['header length 16', (b: Uint8Array) => poke(b, 0, 0x44)],
    ['header length 24 reaches beyond', (b: Uint8Array) => poke(b, 0, 0x46)],
    ['total length 19 is below', (b: Uint8Array) => poke(b, 3, 19)],
    ['total length 21 reaches beyond', (b: Uint8Array) => poke(b, 3, 21)],
    ['header checksum is wrong', (b: Uint8Array) => poke(b, 8, 63)],
  ])('IPv4: %s', (words, damage) => {
    const bytes = damage(header.slice());
    expect(checkIpv4(bytes, 0, bytes.length)).toContain(words);
  });

  it('UDP: a length field beyond the packet', () => {
    const bytes = emitUdp({ sourcePort: 1, destinationPort: 2, length: 9, checksum: 0 });
    expect(checkUdp(bytes, 0, 8)).toContain('reaches beyond');
  });

  it('a lowered TTL keeps the header valid', () => {
    const bytes = header.slice();
    expect(decreaseTtl(bytes, 0)).toBe(63);
    expect(ipTtl(bytes, 0)).toBe(63);
    expect(checkIpv4(bytes, 0, 20)).toBeUndefined();
  });
});

describe('lines for people', () => {
  it('name the essentials', () => {
    const arp = {
      operation: 1,
      senderMac: '02:00:00:00:00:01',
      senderIp: '10.0.0.1',
      targetMac: '00:00:00:00:00:00',
      targetIp: '10.0.0.2',
    };
    expect(formatArp(arp)).toBe('ARP who-has 10.0.0.2 tell 10.0.0.1');
    expect(formatIcmp({ type: 3, code: 4, rest: 1400 })).toBe('ICMP fragmentation needed, mtu 1400');
    const syn = {
      sourcePort: 40000,
      destinationPort: 80,
      sequence: 1,
      acknowledgment: 0,
      flags: 2,
      window: 9,
      checksum: 0,
      options: new Uint8Array(0),
    };
    expect(formatTcp(syn, 0)).toBe('TCP 40000 > 80 SYN seq 1 win 9');
  });
});
