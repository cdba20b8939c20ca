import type { CorpusCase } from '../corpus.ts';

const READ = `function b(ctx: XdpMd, at: u32): u32 { const p = packet(ctx, at, u8); return p === null ? 0 : u32(p.value); }`;

export const CONTROL_CASES: readonly CorpusCase[] = [
  {
    name: 'a for loop with break and continue',
    source: `${READ} export const p = xdp((ctx) => {
      const from = b(ctx, 1);
      let sum = 0;
      for (let i = 0; i < 20; i++) {
        if (i % 2 === 1) continue;
        if (i + from > 13) break;
        sum += i;
      }
      return sum;
    });`,
    result: 0 + 2 + 4 + 6 + 8 + 10 + 12,
  },
  {
    name: 'while and do loops',
    source: `export const p = xdp((ctx) => {
      let n = 0;
      let x = packetLength(ctx);
      while (x > 1) { x >>= 1; n++; if (n > 32) break; }
      do { n += 10; } while (n < 40);
      return n;
    });`,
    result: 46,
  },
  {
    name: 'nested loops over packet bytes',
    source: `class Row { cells: FixedArray<u8, 4> = array(u8, 4) } class Table { rows: FixedArray<Row, 4> = array(Row, 4) }
      export const p = xdp((ctx) => {
        const t = packet(ctx, 8, Table);
        if (t === null) return 0;
        let sum = 0;
        for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) sum += t.rows[i].cells[j] * (i + 1);
        return sum;
      });`,
    result: [0, 1, 2, 3].reduce((sum, i) => sum + (4 * (8 + 4 * i) + 6) * (i + 1), 0),
  },
  {
    name: 'switch falls through, breaks and has a default',
    source: `${READ} function pick(x: u32): u32 {
        let r = 0;
        switch (x) { case 1: r += 1; case 2: r += 2; break; case 3: return 9; default: r = 100; case 7: r += 50; }
        return r;
      }
      export const p = xdp((ctx) => pick(b(ctx, 1)) + pick(b(ctx, 2)) * 10 + pick(b(ctx, 3)) * 100 + pick(b(ctx, 9)) * 1000 + pick(b(ctx, 7)) * 100000);`,
    result: 3 + 20 + 900 + 150000 + 5000000,
  },
  {
    name: 'conditions join with && and || and stop as soon as they are decided',
    source: `${READ} const hits = arrayMap(u32, { maxEntries: 1 });
      function count(answer: boolean): boolean { const h = hits.lookup(0); if (h !== null) h.value += 1; return answer; }
      export const p = xdp((ctx) => {
        const x = b(ctx, 4);
        let r = 0;
        if (x === 4 && count(true)) r += 1;
        if (x === 5 && count(true)) r += 2;
        if (x === 4 || count(true)) r += 4;
        if (!(x === 5 || count(false))) r += 8;
        const h = hits.lookup(0);
        return h === null ? 0 : r + h.value * 100;
      });`,
    result: 213,
  },
  {
    name: 'conditions as values',
    source: `${READ} export const p = xdp((ctx) => {
      const x = b(ctx, 4);
      const small = x < 10;
      let odd: boolean = false;
      odd = x % 2 === 1;
      const both = small && !odd;
      return u32(small) + u32(odd) * 2 + (both === true ? 4 : 0);
    });`,
    result: 5,
  },
  {
    name: 'what stands after return is left out',
    source: `export const p = xdp(() => { return 3; return 4; });`,
    result: 3,
  },
  {
    name: 'a chosen value takes the type that is wanted',
    source: `${READ} function code(x: u32): u8 { return x > 3 ? 200 : 7; }
      export const p = xdp((ctx) => { const kind: u8 = b(ctx, 1) === 1 ? 250 : 3; return kind + code(b(ctx, 5)); });`,
    result: 450,
  },
];
