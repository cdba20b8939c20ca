import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { be16At, setBe16, setBe32 } from '../bytes/big-endian.ts';
import {
  foldSum,
  internetChecksum,
  replaceChecksum16,
  replaceChecksum32,
  sumBytes,
  verifyChecksum,
} from './internet.ts';

describe('the Internet checksum', () => {
  it('folds the words of RFC 1071 §3 to ddf2', () => {
    const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
    expect(foldSum(sumBytes(bytes, 0, 8))).toBe(0xddf2);
  });

  it('is 220d for the same words', () => {
    expect(internetChecksum(Uint8Array.of(0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6, 0xf7), 0, 8)).toBe(0x220d);
  });

  it('verifies what it made, and no flipped bit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 80 }), fc.nat(), (bytes, bit) => {
        setBe16(bytes, 2, 0);
        setBe16(bytes, 2, internetChecksum(bytes, 0, bytes.length));
        expect(verifyChecksum(bytes, 0, bytes.length)).toBe(true);
        const at = bit % (bytes.length * 8);
        bytes[at >> 3]! ^= 1 << (at & 7);
        expect(verifyChecksum(bytes, 0, bytes.length)).toBe(false);
      }),
    );
  });

  it('changed in place equals computed anew, for words of 16 and of 32 bits', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 20, maxLength: 60 }),
        fc.integer({ min: 0, max: 0xffffffff }),
        (bytes, value) => {
          bytes[4] = 1; // not all zero, where the sum's two zeros would differ
          setBe16(bytes, 0, 0);
          const before = internetChecksum(bytes, 0, bytes.length);
          const old = (be16At(bytes, 8) * 65536 + be16At(bytes, 10)) >>> 0;
          setBe32(bytes, 8, value);
          const after = internetChecksum(bytes, 0, bytes.length);
          expect(replaceChecksum32(before, old, value)).toBe(after);
          setBe16(bytes, 10, old);
          const half = internetChecksum(bytes, 0, bytes.length);
          expect(replaceChecksum16(after, value & 0xffff, old & 0xffff)).toBe(half);
        },
      ),
    );
  });
});
