import type { CorpusCase } from '../corpus.ts';

const READ = `function b(ctx: XdpMd, at: u32): u32 { const p = packet(ctx, at, u8); return p === null ? 0 : u32(p.value); }`;

export const CALL_CASES: readonly CorpusCase[] = [
  {
    name: 'a function of its own takes and gives integers of all widths',
    source: `${READ} /** @noinline */ function mix(a: u8, c: i16, d: u64, e: boolean, f: u32): u64 {
        return e ? u64(a) + u64(u16(c)) + d + u64(f) : 0n;
      }
      export const p = xdp((ctx) => u32(mix(u8(b(ctx, 1)), -1, 1n << 20n, b(ctx, 2) === 2, 7)) + u32(mix(1, 2, 3n, false, 5)));`,
    result: 1 + 0xffff + (1 << 20) + 7,
  },
  {
    name: "a function of its own writes to its caller's struct",
    source: `class Flow { a: u32 = 0; b: u16 = 0; c: u16 = 0 } ${READ}
      /** @noinline */ function fill(ctx: XdpMd, flow: Flow): boolean { flow.a = b(ctx, 9); flow.c = u16(flow.b + 1); return flow.a > 3; }
      export const p = xdp((ctx) => { const f = new Flow(); f.b = 4; return fill(ctx, f) && fill(ctx, f) ? f.a * 10 + f.c : 0; });`,
    result: 95,
  },
  {
    name: 'functions call functions, and return references',
    source: `class V { n: u32 = 0 } const m = hashMap(u32, V, { maxEntries: 4 });
      /** @noinline */ function find(k: u32): V | null { return m.lookup(k); }
      /** @noinline */ function bump(k: u32): u32 { const v = find(k); if (v === null) return 0; v.n += k; return v.n; }
      export const p = xdp((ctx) => {
        const v = new V();
        v.n = packetLength(ctx);
        m.update(3, v);
        return bump(3) * 1000 + bump(3) * 10 + bump(4);
      });`,
    result: 67 * 1000 + 700,
  },
  {
    name: 'a packet reference goes into a function of its own and is written there',
    source: `class H { a: u8 = 0; b: u8 = 0 } /** @noinline */ function set(h: H, x: u8): u8 { const before = h.b; h.b = x; return before; }
      export const p = xdp((ctx) => { const h = packet(ctx, 10, H); return h === null ? 0 : set(h, 50) + set(h, 60); });`,
    result: 61,
    changed: { 11: 60 },
  },
  {
    name: 'an inlined function may assign its parameters and return from the middle',
    source: `${READ} function steps(n: u32): u32 { let s = 0; while (n > 1) { n = n % 2 === 0 ? n / 2 : n * 3 + 1; s++; if (s > 20) return 99; } return s; }
      export const p = xdp((ctx) => steps(b(ctx, 6)));`,
    result: 8,
  },
  {
    name: 'a struct made in a function is its result',
    source: `class P { x: u32 = 0; y: u32 = 0 } function make(x: u32): P { const p = new P(); p.x = x; p.y = x * 2; return p; }
      export const p = xdp((ctx) => { const a = make(packetLength(ctx)); const c = make(1); return a.x + a.y + c.y; });`,
    result: 194,
  },
  {
    name: 'more values live than registers',
    source: `${READ} export const p = xdp((ctx) => {
      const [x] = [0];
      return 0;
    });`.replace(
      /const \[x\][\s\S]*return 0;/,
      `${Array.from({ length: 14 }, (_, i) => `const v${i} = b(ctx, ${i + 1});`).join(' ')}
       const t = u32(ktimeGetNs() & 0n);
       return ${Array.from({ length: 14 }, (_, i) => `v${i} * ${i + 1}`).join(' + ')} + t;`,
    ),
    result: Array.from({ length: 14 }, (_, i) => (i + 1) ** 2).reduce((a, c) => a + c, 0),
  },
  {
    name: 'an arrow in a constant is a function too, and defaults fill in',
    source: `const twice = (x: u32, more: u32 = 5): u32 => x * 2 + more; export const p = xdp((ctx) => twice(packetLength(ctx)) + twice(1, 0));`,
    result: 135,
  },
  {
    name: 'a tail call goes on in another program, and falls through where the slot is empty',
    source: `const next = progArray({ maxEntries: 2 }); export const p = xdp((ctx) => { next.tailCall(ctx, 1); return 4; });`,
    result: 4,
  },
];
