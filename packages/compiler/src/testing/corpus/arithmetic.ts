import type { CorpusCase } from '../corpus.ts';

/** Packet byte 1 is 1, byte 2 is 2, and so on; `b(n)` reads one. */
const READ = `function b(ctx: XdpMd, at: u32): u32 { const p = packet(ctx, at, u8); return p === null ? 0 : u32(p.value); }`;

export const ARITHMETIC_CASES: readonly CorpusCase[] = [
  {
    name: 'u32 arithmetic wraps at 32 bits',
    source: `${READ} export const p = xdp((ctx) => { const x = b(ctx, 1) - b(ctx, 2); return x === 0xffffffff ? 1 : 0; });`,
    result: 1,
  },
  {
    name: 'narrow integers are widened before arithmetic and cut when stored',
    source: `export const p = xdp((ctx) => {
      const at = packet(ctx, 60, u8);
      if (at === null) return 0;
      let x: u8 = at.value;
      x = x * 5;
      return x + at.value * 5;
    });`,
    result: ((60 * 5) & 0xff) + 300,
  },
  {
    name: 'signed integers compare, divide and shift by sign',
    source: `${READ} export const p = xdp((ctx) => {
      const minus = i32(b(ctx, 3)) - 10;
      let r = 0;
      if (minus < 0) r += 1;
      if (minus / 2 === -3) r += 2;
      if (minus >> 1 === -4) r += 4;
      if (minus % 4 === -3) r += 8;
      if (minus >>> 28 === 15) r += 16;
      return r;
    });`,
    result: 31,
  },
  {
    name: 'sign extension from bytes in memory',
    source: `class S { a: i8 = 0; b: i8 = 0; c: i16 = 0 } export const p = xdp((ctx) => {
      const s = packet(ctx, 0, S);
      if (s === null) return 0;
      s.a = -2;
      s.c = -300;
      return s.a + s.c === -302 ? i32(s.a) + 3 : 0;
    });`,
    result: 1,
    changed: { 0: 0xfe, 2: 0xd4, 3: 0xfe },
  },
  {
    name: 'u64 keeps all 64 bits',
    source: `${READ} export const p = xdp((ctx) => {
      const x = (u64(b(ctx, 5)) << 40n) * 3n + 0x1_0000_0000n;
      return u32(x >> 32n) + u32(x & 0xffn);
    });`,
    result: 15 * 256 + 1,
  },
  {
    name: 'i64 from i32 keeps its sign',
    source: `${READ} export const p = xdp((ctx) => {
      const x = i64(i32(b(ctx, 1)) - 3);
      return x === -2n && x < 0n && x / 2n === -1n ? 7 : 0;
    });`,
    result: 7,
  },
  {
    name: 'byte order is turned by htons, ntohl and their like',
    source: `class S { a: be16 = 0; pad: u16 = 0; b: be32 = 0; c: be64 = 0n } export const p = xdp((ctx) => {
      const s = packet(ctx, 0, S);
      if (s === null) return 0;
      let r = 0;
      if (ntohs(s.a) === 0x0001) r += 1;
      if (ntohl(s.b) === 0x04050607) r += 2;
      if (ntohll(s.c) === 0x08090a0b0c0d0e0fn) r += 4;
      if (s.a === htons(1)) r += 8;
      if ((s.b & htonl(0xff000000)) === htonl(0x04000000)) r += 16;
      s.a = htons(ntohs(s.a) + 0x1233);
      return r;
    });`,
    result: 31,
    changed: { 0: 0x12, 1: 0x34 },
  },
  {
    name: 'a bit test needs no comparison of its own',
    source: `${READ} export const p = xdp((ctx) => {
      const x = b(ctx, 6);
      return ((x & 2) !== 0 ? 1 : 0) + ((x & 1) === 0 ? 2 : 0) + (x & 4 ? 4 : 0) + (x & 8 ? 8 : 0);
    });`,
    result: 7,
  },
  {
    name: 'literals take the type they meet, and stay one among themselves',
    source: `const A = 3; const B = A * 4 + 2; const C = 1n << 40n; const enumLike = { X: 5, Y: B } as const;
      ${READ} export const p = xdp((ctx) => u32((C >> 38n) + u64(b(ctx, 2))) + enumLike.Y + (B === 14 ? enumLike.X : 0));`,
    result: 4 + 2 + 14 + 5,
  },
  {
    name: 'operators that assign, and ++ before and after',
    source: `${READ} export const p = xdp((ctx) => {
      let x = b(ctx, 7);
      x += 3; x <<= 2; x |= 1; x ^= 3; x -= 1; x %= 16; x *= 2;
      const y = x++;
      const z = --x;
      return x + y * 100 + z * 10000;
    });`,
    result: (() => {
      let x = 7;
      x += 3;
      x <<= 2;
      x |= 1;
      x ^= 3;
      x -= 1;
      x %= 16;
      x *= 2;
      return x + x * 100 + x * 10000;
    })(),
  },
  {
    name: 'division by zero gives zero, modulo zero the dividend',
    source: `${READ} export const p = xdp((ctx) => { const z = b(ctx, 0); return 9 / z + (9 % z); });`,
    result: 9,
  },
  {
    name: 'casts cut and extend',
    source: `${READ} export const p = xdp((ctx) => {
      const x = 0x12345600 + b(ctx, 200) + 0xf0;
      return u32(u8(x)) + u32(u16(x)) + (i8(x) < 0 ? 1 : 0) + (i16(x) > 0 ? 2 : 0);
    });`,
    result: 0xf0 + 0x56f0 + 3,
  },
  {
    name: 'not, minus and complement',
    source: `${READ} export const p = xdp((ctx) => {
      const x = b(ctx, 5);
      const y = ~x & 0xff;
      return !(x > 9) && -i32(x) === -5 ? y : 0;
    });`,
    result: 0xfa,
  },
];
