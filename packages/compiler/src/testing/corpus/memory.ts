import type { CorpusCase } from '../corpus.ts';

export const MEMORY_CASES: readonly CorpusCase[] = [
  {
    name: 'a packet that is too short is null',
    source: `class Big { all: Bytes<65> = bytes(65) } export const p = xdp((ctx) => (packet(ctx, 0, Big) === null ? 1 : 2));`,
    result: 1,
  },
  {
    name: 'an offset read from the packet is checked',
    source: `export const p = xdp((ctx) => {
      const at = packet(ctx, 20, u8);
      if (at === null) return 0;
      const there = packet(ctx, u32(at.value) * 2 + 1, be16);
      return there === null ? 0 : ntohs(there.value);
    });`,
    result: 0x292a,
  },
  {
    name: 'offsets that the verifier has lost track of are bounded again',
    source: `export const p = xdp((ctx) => {
      const first = packet(ctx, 0, be16);
      const second = packet(ctx, 20, u32);
      if (first === null || second === null) return 0;
      const a = packet(ctx, ntohs(first.value) * 3, u8);
      const b = packet(ctx, second.value % 11, u8);
      const c = packet(ctx, 100 / (second.value & 15), u8);
      return a === null || b === null || c === null ? 1 : a.value + b.value * 100 + c.value * 10000;
    });`,
    result: 3 + (0x17161514 % 11) * 100 + 25 * 10000,
  },
  {
    name: 'an offset beyond every packet is null',
    source: `export const p = xdp((ctx) => (packet(ctx, packetLength(ctx) * 0x1000000, u8) === null ? 5 : 6));`,
    result: 5,
  },
  {
    name: 'writes to the packet are seen',
    source: `export const p = xdp((ctx) => {
      const eth = packet(ctx, 0, EthHdr);
      if (eth === null) return 0;
      const own = new EthHdr();
      copy(own.dst, eth.src);
      copy(eth.src, eth.dst);
      copy(eth.dst, own.dst);
      eth.proto = htons(0x0800);
      return eth.dst[0];
    });`,
    result: 6,
    changed: { 0: 6, 1: 7, 2: 8, 3: 9, 4: 10, 5: 11, 6: 0, 7: 1, 8: 2, 9: 3, 10: 4, 11: 5, 12: 8, 13: 0 },
  },
  {
    name: 'a struct on the stack is zero and holds what is put in',
    source: `class Inner { a: u16 = 0; b: u16 = 0 } class Outer { x: u32 = 0; inner: Inner = new Inner(); list: FixedArray<u32, 3> = array(u32, 3); big: u64 = 0n }
      export const p = xdp((ctx) => {
        const o = new Outer();
        if (o.x !== 0 || o.inner.b !== 0 || o.list[2] !== 0 || o.big !== 0n) return 1;
        o.inner.b = 7;
        o.list[1] = packetLength(ctx);
        o.big = 1n << 33n;
        const inner = o.inner;
        inner.a = 3;
        return o.inner.a + o.inner.b + o.list[1] + u32(o.big >> 30n);
      });`,
    result: 3 + 7 + 64 + 8,
  },
  {
    name: 'an array on the stack is indexed by a variable',
    source: `class Counts { n: FixedArray<u32, 4> = array(u32, 4) } export const p = xdp((ctx) => {
      const c = new Counts();
      const all = packet(ctx, 0, Counts);
      if (all === null) return 0;
      for (let i = 0; i < 4; i++) c.n[i & 3] = i + 1;
      return c.n[all.n[0] & 3] + c.n[2] * 10;
    });`,
    result: 31,
  },
  {
    name: 'structs and arrays are assigned as bytes',
    source: `class Mac { bytes: Bytes<6> = bytes(6) } class Two { a: Mac = new Mac(); b: Mac = new Mac() }
      export const p = xdp((ctx) => {
        const eth = packet(ctx, 0, EthHdr);
        if (eth === null) return 0;
        const t = new Two();
        t.a.bytes = eth.src;
        t.b = t.a;
        t.a.bytes[0] = 99;
        return t.b.bytes[0] + t.b.bytes[5] + t.a.bytes[0];
      });`,
    result: 6 + 11 + 99,
  },
  {
    name: 'equal() compares bytes',
    source: `class Key { a: Bytes<6> = bytes(6); b: u16 = 0; c: u64 = 0n } export const p = xdp((ctx) => {
      const eth = packet(ctx, 0, EthHdr);
      const k = new Key();
      const l = new Key();
      if (eth === null) return 0;
      copy(k.a, eth.dst);
      let r = equal(k.a, eth.dst) ? 1 : 0;
      if (!equal(k.a, eth.src)) r += 2;
      if (!equal(k, l)) r += 4;
      copy(l, k);
      if (equal(k, l)) r += 8;
      l.c = 1n;
      if (!equal(k, l)) r += 16;
      return r;
    });`,
    result: 31,
  },
  {
    name: 'packed structs on the stack may be misaligned',
    source: `class Odd { static packed = true; a: u8 = 0; b: u32 = 0; c: u64 = 0n; d: u16 = 0 } export const p = xdp((ctx) => {
      const o = new Odd();
      o.b = 0x01020304 + packetLength(ctx);
      o.c = 0x1122334455667788n;
      o.d = 0xabcd;
      if (o.b !== 0x01020344 || u32(o.c >> 32n) !== 0x11223344 || o.d !== 0xabcd) return 1;
      return sizeOf(Odd) + u32(o.c & 0xffn);
    });`,
    result: 15 + 0x88,
  },
  {
    name: 'load-time constants and globals',
    source: `const LIMIT = config(u32, 40); const WIDE = config(u64, 0x1_0000_0001n); const seen = global(u64); class G { n: FixedArray<u32, 2> = array(u32, 2) } const both = global(G);
      export const p = xdp((ctx) => {
        seen.value += 1n;
        both.n[1] += 5;
        return (packetLength(ctx) > LIMIT ? 1 : 0) + u32(seen.value) * 10 + u32(WIDE >> 32n) * 100 + both.n[1] * 1000;
      });`,
    times: 3,
    result: 1 + 30 + 100 + 15000,
  },
  {
    name: 'a reference can be chosen',
    source: `class V { n: u32 = 0 } export const p = xdp((ctx) => {
      const a = packet(ctx, 4, V);
      const b = packet(ctx, 8, V);
      const long = packetLength(ctx) > 60;
      const c = long ? a : b;
      if (c === null) return 0;
      c.n = 1;
      let d: V | null = null;
      if (long) d = b;
      if (d === null) return 1;
      return d.n & 0xff;
    });`,
    result: 8,
    changed: { 4: 1, 5: 0, 6: 0, 7: 0 },
  },
];
