import type { CorpusCase } from '../corpus.ts';

export const MAP_CASES: readonly CorpusCase[] = [
  {
    name: 'a hash map keeps counts from run to run',
    source: `class Key { a: be32 = 0; port: u16 = 0; pad: u16 = 0 } class Val { packets: u64 = 0n; bytes: u64 = 0n }
      const flows = hashMap(Key, Val, { maxEntries: 8 });
      export const p = xdp((ctx) => {
        const k = new Key();
        k.port = 7;
        const v = flows.lookup(k);
        if (v === null) {
          const first = new Val();
          first.packets = 1n;
          return flows.update(k, first, 1) === 0 ? 1 : 2;
        }
        v.packets += 1n;
        v.bytes += u64(packetLength(ctx));
        return u32(v.packets) * 1000 + u32(v.bytes);
      });`,
    times: 3,
    result: 3128,
  },
  {
    name: 'integers as keys and values, deletion and errors',
    source: `const m = hashMap(u16, u32, { maxEntries: 2 });
      export const p = xdp(() => {
        let r = 0;
        if (m.update(5, 50) === 0) r += 1;
        if (m.update(5, 51, 1) === -17) r += 2;
        const v = m.lookup(5);
        if (v !== null && v.value === 50) r += 4;
        if (m.delete(5) === 0) r += 8;
        if (m.delete(5) === -2) r += 16;
        if (m.lookup(5) === null) r += 32;
        return r;
      });`,
    result: 63,
  },
  {
    name: 'array and per-CPU array maps',
    source: `const a = arrayMap(u64, { maxEntries: 3 }); const c = percpuArrayMap(u32, { maxEntries: 1 });
      export const p = xdp(() => {
        const x = a.lookup(2);
        const y = c.lookup(0);
        if (x === null || y === null || a.lookup(3) !== null) return 0;
        x.value += 3n;
        y.value += 1;
        return u32(x.value) + y.value * 100;
      });`,
    times: 2,
    result: 206,
  },
  {
    name: 'the longest prefix wins',
    source: `class Prefix { prefixLen: u32 = 0; ip: be32 = 0 } const t = lpmTrieMap(Prefix, u32, { maxEntries: 4 });
      export const p = xdp(() => {
        const k = new Prefix();
        k.prefixLen = 8; k.ip = htonl(0x0a000000); t.update(k, 1);
        k.prefixLen = 16; k.ip = htonl(0x0a010000); t.update(k, 2);
        k.prefixLen = 32; k.ip = htonl(0x0a010203);
        const a = t.lookup(k);
        k.ip = htonl(0x0a020203);
        const b = t.lookup(k);
        k.ip = htonl(0x0b020203);
        return a === null || b === null || t.lookup(k) !== null ? 0 : a.value * 10 + b.value;
      });`,
    result: 21,
  },
  {
    name: 'atomic operations on memory',
    source: `class V { a: u64 = 0n; b: u32 = 0; c: i32 = 0 } const m = arrayMap(V, { maxEntries: 1 });
      export const p = xdp(() => {
        const v = m.lookup(0);
        if (v === null) return 0;
        atomicAdd(v.a, 5n);
        atomicOr(v.b, 0xf0);
        atomicAnd(v.b, 0x3f);
        atomicXor(v.b, 1);
        const before = fetchAdd(v.c, 7);
        const swapped = exchange(v.a, 9n);
        const seen = compareExchange(v.c, 7, 1);
        compareExchange(v.c, 100, 2);
        return u32(swapped) + v.b + before + i32(seen) * 100 + v.c * 1000 + u32(v.a) * 10000;
      });`
      .replace('u32(swapped) + v.b + before', 'i32(swapped) + i32(v.b) + before')
      .replace('u32(v.a)', 'i32(v.a)'),
    result: 5 + 0x31 + 0 + 700 + 1000 + 90000,
  },
  {
    name: 'ring-buffer records are reserved, filled, submitted or discarded',
    source: `class E { kind: u32 = 0; n: u32 = 0 } const events = ringBuffer({ bytes: 4096 });
      export const p = xdp((ctx) => {
        const e = events.reserve(E);
        if (e === null) return 0;
        e.kind = 1;
        e.n = packetLength(ctx);
        if (e.n > 1000) { events.discard(e); return 1; }
        events.submit(e);
        const f = new E();
        return events.output(f) === 0 ? 2 : 3;
      });`,
    result: 2,
  },
  {
    name: 'a value is the key of the next lookup',
    source: `class K { id: u32 = 0; zone: u32 = 0 } const first = hashMap(u32, K, { maxEntries: 4 }); const second = hashMap(K, u32, { maxEntries: 4 });
      export const p = xdp(() => {
        const k = new K();
        k.id = 4; k.zone = 2;
        first.update(1, k);
        second.update(k, 77);
        const found = first.lookup(1);
        if (found === null) return 0;
        const v = second.lookup(found);
        return v === null ? 1 : v.value;
      });`,
    result: 77,
  },
  {
    name: 'trace_printk takes a format and integers',
    source: `export const p = xdp((ctx) => { tracePrintk('length %d of %d', packetLength(ctx), 5); return 1; });`,
    result: 1,
  },
];
