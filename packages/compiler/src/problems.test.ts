import { describe, expect, it } from 'vitest';
import { CODES } from './diagnostics/codes.ts';
import { formatProblem } from './diagnostics/problem.ts';
import { compileText } from './testing/compile-text.ts';
import { corpusText } from './testing/corpus.ts';

/** In each source, `⟨` stands right before the place that the complaint is about. */
const CASES: readonly (readonly [code: string, source: string, message: string])[] = [
  [
    'S001',
    `export const p = xdp(() => { ⟨try { return 1; } finally {} });`,
    'TryStatement has no meaning in a BPF program.',
  ],
  [
    'S001',
    `export const p = xdp(() => { const ⟨{ a } = { a: 1 }; return a; });`,
    'Destructuring has no meaning in a BPF program.',
  ],
  [
    'S002',
    `export const p = xdp((ctx) => { const e = packet(ctx, 0, EthHdr); const x: any = e; return ⟨x === 3 ? 1 : 0; });`,
    'References can only be compared with null and with each other, by === and !==.',
  ],
  [
    'S003',
    `class A { ⟨n = 0 } const m = hashMap(u32, A, { maxEntries: 1 }); export const p = xdp(() => 1);`,
    'Field A.n has no type of known width.',
  ],
  [
    'S003',
    `export const p = xdp(() => { let ⟨x = null; return x === null ? 1 : 0; });`,
    'Variable x has no type that BPF has.',
  ],
  ['S004', `export const p = xdp(() => { let x: u8 = ⟨300; return x; });`, '300 does not fit u8.'],
  [
    'S004',
    `const r = ringBuffer({ bytes: 5000 }); export const p = xdp(() => 1);`.replace('const r', 'const ⟨r'),
    'A ring buffer of 5000 bytes is not a power of two of whole pages.',
  ],
  ['S005', `export const p = xdp(() => ⟨3.5);`, '3.5 is a fraction; BPF has integers only.'],
  [
    'S006',
    `export const p = xdp((ctx) => { const n = ctx.rx_queue_index; const s: i32 = -1; return ⟨n < s ? 1 : 0; });`,
    'u32 < i32 mixes signed and unsigned.',
  ],
  [
    'S006',
    `export const p = xdp((ctx) => { const n: i32 = ⟨ctx.rx_queue_index + 0; return n; });`,
    'u32 used as i32 mixes signed and unsigned.',
  ],
  [
    'S007',
    `export const p = xdp((ctx) => { const e = packet(ctx, 0, EthHdr); return e === null ? 0 : ⟨e.proto + 1; });`,
    '`+` on be16, which is in network byte order.',
  ],
  [
    'S008',
    `export const p = xdp((ctx) => { const e = packet(ctx, 0, EthHdr); return e === null || ⟨e.proto === 0x0800 ? 0 : 1; });`,
    'be16 === the literal 2048 mixes byte orders.',
  ],
  [
    'S008',
    `export const p = xdp((ctx) => { const e = packet(ctx, 0, EthHdr); if (e !== null) e.proto = ⟨0x0806; return 1; });`,
    'The literal 2054 as be16 mixes byte orders.',
  ],
  [
    'S009',
    `const N = getPrandomU32(); export const p = xdp(() => (⟨N > 4 ? 1 : 0));`,
    '`getPrandomU32()` is not known at compile time.',
  ],
  ['S010', `⟨const nothing = 4;`, 'There is no program in this file.'],
  [
    'S011',
    `export const p = xdp(() => { const m = ⟨hashMap(u32, u32, { maxEntries: 1 }); return m.lookup(1) === null ? 1 : 2; });`,
    'hashMap() declares something at the top of a module.',
  ],
  [
    'S012',
    `class K { a: u8 = 0; b: u32 = 0 } const m = hashMap(⟨K, u32, { maxEntries: 1 }); export const p = xdp(() => 1);`,
    'K has 3 bytes of padding after a, which the kernel would compare and show.',
  ],
  [
    'S013',
    `function f(x: u32): u32 { return x === 0 ? 0 : ⟨f(x - 1); } export const p = xdp((ctx) => f(ctx.rx_queue_index));`,
    'f calls itself, which BPF cannot do.',
  ],
  [
    'S013',
    `/** @noinline */ ⟨function f(x: u32): u32 { return x === 0 ? 0 : g(x - 1) + g(x); }
    /** @noinline */ function g(x: u32): u32 { return f(x) + f(x + 1); } export const p = xdp((ctx) => f(ctx.rx_queue_index) + f(1));`,
    'These functions call each other in a circle, which BPF cannot do: f → g → f.',
  ],
  ['S014', `export const p = xdp(() => ⟨tracePrintk('%d', 1, 2, 3, 4));`, 'tracePrintk takes at most three values.'],
  [
    'S015',
    `class Big { n: Bytes<520> = bytes(520) } const m = hashMap(u32, Big, { maxEntries: 1 });
    export const p = xdp(⟨() => { const b = new Big(); m.update(1, b); return 1; });`,
    'p needs 528 bytes of stack; there are 512.',
  ],
  [
    'S015',
    `class Big { n: Bytes<200> = bytes(200) } const m = hashMap(u32, Big, { maxEntries: 1 });
    /** @noinline */ function f(k: u32): void { const b = new Big(); b.n[0] = u8(k); m.update(k, b); g(k); g(k + 1); }
    /** @noinline */ function g(k: u32): void { const b = new Big(); b.n[0] = u8(k); m.update(k, b); }
    export const ⟨p = xdp(() => { f(1); f(2); const b = new Big(); b.n[0] = 9; m.update(1, b); return 1; });`,
    'p and the functions it calls need 672 bytes of stack; there are 512.',
  ],
  [
    'S016',
    `export const p = tc((ctx) => { const e = packet(ctx, 0, EthHdr); if (e === null) return 0;
    bpf.skbPullData(ctx, 40);
    return ⟨e.dst[0]; });`.replace('bpf.skbPullData', 'skbPullData'),
    'This reference into the packet is stale: line 4 may have moved the packet.',
  ],
  [
    'S017',
    `export const p = xdp(() => ⟨redirectPeer(4));`,
    'bpf_redirect_peer cannot be called in a program of section xdp (p).',
  ],
  [
    'S018',
    `export const p = xdp(() => ⟨tracePrintk('hello'));`,
    'bpf_trace_printk is for programs under a GPL-compatible licence.',
  ],
  [
    'S019',
    `class In { n: u32 = 0 } class Out { pad: u32 = 0; in: In = new In() }
    /** @noinline */ function f(x: u32): In { const o = new Out(); o.in.n = x; ⟨return o.in; } export const p = xdp((ctx) => i32(f(ctx.rx_queue_index).n + f(3).n));`,
    'f returns a reference to a variable that ends with it.',
  ],
  [
    'S020',
    `class A { n: FixedArray<u32, 4> = array(u32, 4) } export const p = xdp(() => { const a = new A(); return a.n[⟨4]; });`,
    'Index 4 is outside FixedArray<u32, 4>.',
  ],
  ['S021', `export const p = xdp((ctx) => ⟨ctx.rx_queue_index << 32);`, 'A shift by 32 of a value of 32 bits.'],
  ['S022', `export const p = xdp((ctx) => ⟨ctx.rx_queue_index / 0);`, 'The divisor is always zero.'],
  [
    'S023',
    `export const p = cgroupConnect4((ctx) => (⟨ctx.msg_src_ip4 === 0 ? 1 : 0));`,
    'msg_src_ip4 cannot be read in a program of section cgroup/connect4 (p).',
  ],
  ['S024', `export const ⟨p = program('xdpp', (ctx) => 1);`, 'Section xdpp names no known kind of program.'],
];

const EXTRA = 'cgroupConnect4, program, redirectPeer, skbPullData, ';

describe('complaints', () => {
  it.each(CASES.map((entry) => [entry[0], entry[1], entry[2]] as const))('%s for %s', (code, marked, message) => {
    const licence = "export const license = 'GPL';\n";
    const whole = corpusText({ source: marked })
      .replace('import { ', `import { ${EXTRA}`)
      .replace(licence, code === 'S018' ? '\n' : licence);
    const at = whole.indexOf('⟨');
    const before = whole.slice(0, at).split('\n');
    const { problems, object } = compileText(whole.replace('⟨', ''));
    expect(object).toBeUndefined();
    const [problem] = problems;
    expect(problem?.code).toBe(code);
    expect(problem?.message).toBe(message);
    const place = code === 'S010' ? [1, 1] : [before.length, before.at(-1)!.length + 1];
    expect([problem?.line, problem?.column]).toEqual(place);
  });

  it('S025 for two maps of one name', () => {
    const map = `import { hashMap, u32 } from '@sluice/compiler/bpf'; export const m = hashMap(u32, u32, { maxEntries: 1 });`;
    const text = `import { xdp } from '@sluice/compiler/bpf'; import { m } from './a.ts'; import { m as n } from './b.ts';
      export const p = xdp(() => (m.lookup(1) === null && n.lookup(1) === null ? 1 : 2));`;
    const { problems } = compileText(text, { 'a.ts': map, 'b.ts': map });
    expect(problems.map(formatProblem)).toEqual(['b.ts:1:67: error S025: There is another m at a.ts:1.']);
  });

  it('S026 for a struct that contains itself', () => {
    const source = `class A { n: u32 = 0; a: A = new A() } const m = hashMap(u32, A, { maxEntries: 1 }); export const p = xdp(() => 1);`;
    const { problems } = compileText(corpusText({ source }));
    expect(problems[0]).toMatchObject({ code: 'S026', message: 'struct A contains itself.' });
  });

  it('S027 for an entry file that is not there', async () => {
    const { compileFile } = await import('./node/index.ts');
    expect(compileFile('nowhere.bpf.ts').problems.map(formatProblem)).toEqual([
      'nowhere.bpf.ts:1:1: error S027: nowhere.bpf.ts cannot be read',
    ]);
  });

  it("TypeScript's own come first and in the same shape", () => {
    const { problems } = compileText(
      `import { xdp } from '@sluice/compiler/bpf';\nexport const p = xdp(() => nothing);`,
    );
    expect(problems.map(formatProblem)).toEqual(["test.bpf.ts:2:28: error TS2304: Cannot find name 'nothing'."]);
  });

  it('all of a file are told at once, one for each statement', () => {
    const source = `export const p = xdp((ctx) => {\n  let a: u8 = 300;\n  let b = 1.5;\n  if (a > 3) { a = 400; }\n  return a + b;\n});`;
    const { problems } = compileText(corpusText({ source }));
    expect(problems.map(({ code, line }) => `${code} ${line}`)).toEqual(['S004 4', 'S005 5', 'S004 6']);
  });

  it('each code has a test', () => {
    const tested = new Set([...CASES.map(([code]) => code), 'S025', 'S026', 'S027']);
    expect(Object.keys(CODES).filter((code) => !tested.has(code))).toEqual([]);
  });
});
