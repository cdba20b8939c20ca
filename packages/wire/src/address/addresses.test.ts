import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIpv4, formatIpv4Prefix, ipv4Mask, ipv4PrefixContains, parseIpv4, parseIpv4Prefix } from './ipv4.ts';
import { formatIpv6 } from './ipv6.ts';
import { formatMac, parseMac } from './mac.ts';

describe('IPv4 text', () => {
  it('comes back from every number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (n) => {
        expect(parseIpv4(formatIpv4(n))).toBe(n);
      }),
    );
  });

  it.each(['', '1.2.3', '1.2.3.4.5', '256.0.0.1', '01.2.3.4', '1.2.3.x', ' 1.2.3.4'])('%j is refused', (text) => {
    expect(parseIpv4(text)).toBeUndefined();
  });

  it.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0/8', '10.0.0.0/-1'])('prefix %j is refused', (text) => {
    expect(parseIpv4Prefix(text)).toBeUndefined();
  });

  it('knows what lies in a prefix', () => {
    const prefix = parseIpv4Prefix('10.0.1.7/24')!;
    expect(formatIpv4Prefix(prefix)).toBe('10.0.1.7/24');
    expect(ipv4PrefixContains(prefix, parseIpv4('10.0.1.255')!)).toBe(true);
    expect(ipv4PrefixContains(prefix, parseIpv4('10.0.2.0')!)).toBe(false);
    expect(ipv4PrefixContains({ address: 0, length: 0 }, parseIpv4('203.0.113.9')!)).toBe(true);
    expect([ipv4Mask(0), ipv4Mask(24), ipv4Mask(32)]).toEqual([0, 0xffffff00, 0xffffffff]);
  });
});

describe('MAC text', () => {
  it('comes back from six bytes', () => {
    expect(formatMac(parseMac('02:0a:FF:00:00:01')!)).toBe('02:0a:ff:00:00:01');
    expect(parseMac('02:0a:ff:00:00')).toBeUndefined();
  });
});

describe('IPv6 text', () => {
  it.each([
    [[0x2001, 0xdb8, 0, 0, 1, 0, 0, 1], '2001:db8::1:0:0:1'],
    [[0, 0, 0, 0, 0, 0, 0, 0], '::'],
    [[0xfe80, 0, 0, 0, 0, 0, 0, 1], 'fe80::1'],
    [[1, 0, 2, 3, 4, 5, 6, 7], '1:0:2:3:4:5:6:7'],
  ])('%j is %s', (groups, text) => {
    expect(formatIpv6(Uint8Array.from(groups.flatMap((g) => [g >> 8, g & 255])))).toBe(text);
  });
});
