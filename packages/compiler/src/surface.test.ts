import { readFileSync } from 'node:fs';
import { CONTEXTS, helperNamed, sectionRow } from '@sluice/ebpf';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as bpf from './bpf/index.ts';
import * as programs from './bpf/programs.ts';
import { SURFACE } from './frontend/surface.gen.ts';
import { helperName } from './lower/helper-call.ts';
import { surfaceText } from './node/surface-text.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

describe('the language surface', () => {
  it('is what the checker reads: else run `npx tsx packages/compiler/src/node/generate-surface.ts`', () => {
    expect(read('./frontend/surface.gen.ts')).toBe(surfaceText());
  });

  it('calls only helpers that exist', () => {
    const names = [...SURFACE['helpers.d.ts']!.matchAll(/export declare function (\w+)/g)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => helperNamed(helperName(name)) === undefined)).toEqual([]);
  });

  it('takes as many arguments as each helper does, sizes left out', () => {
    const file = ts.createSourceFile('helpers.d.ts', SURFACE['helpers.d.ts']!, ts.ScriptTarget.ES2022);
    const wrong: string[] = [];
    for (const statement of file.statements) {
      if (!ts.isFunctionDeclaration(statement) || statement.name?.text === 'tracePrintk') continue;
      const row = helperNamed(helperName(statement.name!.text))!;
      const wanted = row.args.filter((arg) => arg !== 'size' && arg !== 'size-or-zero').length;
      if (statement.parameters.length !== wanted) wrong.push(`${row.name}: ${row.args.join(', ')}`);
    }
    expect(wrong).toEqual([]);
  });

  it('has no context field that the kernel lacks', () => {
    const file = ts.createSourceFile('contexts.d.ts', SURFACE['contexts.d.ts']!, ts.ScriptTarget.ES2022);
    const unknown: string[] = [];
    for (const statement of file.statements) {
      if (!ts.isInterfaceDeclaration(statement)) continue;
      const [brand, ...fields] = statement.members.filter(ts.isPropertySignature);
      const type = brand!.type as ts.LiteralTypeNode;
      const context = CONTEXTS.get((type.literal as ts.StringLiteral).text)!;
      for (const field of fields) {
        const name = (field.name as ts.Identifier).text;
        if (!context.fields.some((candidate) => candidate.name === name)) unknown.push(`${context.name}.${name}`);
      }
    }
    expect(unknown).toEqual([]);
  });

  it('has program kinds with sections that are known', () => {
    const makers = Object.entries(programs).filter(([name]) => name !== 'program');
    const sections = makers.map(([, make]) => (make as (run: () => number) => { section: string })(() => 0).section);
    expect(sections.filter((section) => sectionRow(section) === undefined)).toEqual([]);
  });

  it('computes in plain JavaScript as programs do', () => {
    expect(bpf.u8(-1)).toBe(255);
    expect(bpf.i16(0xffff)).toBe(-1);
    expect(bpf.u64(-1)).toBe(2n ** 64n - 1n);
    expect(bpf.i64(2n ** 63n)).toBe(-(2n ** 63n));
    expect(bpf.htons(0x1234)).toBe(0x3412);
    expect(bpf.ntohl(0x12345678)).toBe(0x78563412);
    expect(bpf.htonll(1n)).toBe(1n << 56n);
    expect(new bpf.Ipv4Hdr().src).toBe(0);
    expect(bpf.array(bpf.u32, 3)).toEqual([0, 0, 0]);
    expect(bpf.array(bpf.UdpHdr, 2)[1]).toBeInstanceOf(bpf.UdpHdr);
    expect(bpf.config(bpf.u32, 5)).toBe(5);
    expect(() => bpf.redirect(1)).toThrow('redirect() works inside a BPF program only');
    expect(() => bpf.hashMap(bpf.u32, bpf.u32, { maxEntries: 1 }).lookup(1)).toThrow('lookup()');
  });
});
