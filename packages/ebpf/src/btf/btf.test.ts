import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBtf } from './btf.ts';
import { BtfBuilder } from './build.ts';
import { buildBtfExt, parseBtfExt } from './ext.ts';
import { formatBtfType } from './format.ts';
import { StringTable } from './strings.ts';
import type { BtfType } from './types.ts';
import { type BtfValue, decodeBtfValue, encodeBtfValue } from './value.ts';

/** A builder with `__be16 port; __u8 mac[6]; __u64 hits;` in `struct entry` (16 bytes), and the struct's id. */
function entry(): { builder: BtfBuilder; id: number } {
  const builder = new BtfBuilder();
  const int = (name: string, size: number) =>
    builder.add({ kind: 'int', name, size, encoding: 'unsigned', bitOffset: 0, bits: 8 * size });
  const be16 = builder.add({ kind: 'typedef', name: '__be16', type: int('unsigned short', 2) });
  const mac = builder.add({ kind: 'array', element: int('unsigned char', 1), index: int('unsigned int', 4), count: 6 });
  const members = [
    { name: 'port', type: be16, bitOffset: 0, bitSize: 0 },
    { name: 'mac', type: mac, bitOffset: 16, bitSize: 0 },
    { name: 'hits', type: int('unsigned long long', 8), bitOffset: 64, bitSize: 0 },
  ];
  return { builder, id: builder.add({ kind: 'struct', name: 'entry', size: 16, members }) };
}

function parsed(builder: BtfBuilder) {
  const result = parseBtf(builder.bytes());
  if (!result.ok) throw new Error(result.problem.message);
  return result.btf;
}

const everyKind: BtfType[] = [
  { kind: 'int', name: 'int', size: 4, encoding: 'signed', bitOffset: 0, bits: 32 },
  { kind: 'int', name: '_Bool', size: 1, encoding: 'bool', bitOffset: 0, bits: 8 },
  { kind: 'float', name: 'double', size: 8 },
  { kind: 'ptr', type: 1 },
  { kind: 'const', type: 1 },
  { kind: 'volatile', type: 1 },
  { kind: 'restrict', type: 4 },
  { kind: 'typedef', name: 'number', type: 1 },
  { kind: 'type_tag', name: 'rcu', type: 1 },
  { kind: 'array', element: 1, index: 1, count: 7 },
  { kind: 'struct', name: 's', size: 4, members: [{ name: 'a', type: 1, bitOffset: 3, bitSize: 5 }] },
  { kind: 'union', name: 'u', size: 4, members: [{ name: 'a', type: 1, bitOffset: 0, bitSize: 0 }] },
  { kind: 'enum', name: 'e', size: 4, signed: true, values: [{ name: 'MINUS', value: -1n }] },
  { kind: 'enum64', name: 'e64', size: 8, signed: false, values: [{ name: 'TOP', value: 2n ** 64n - 1n }] },
  { kind: 'fwd', name: 'later', of: 'union' },
  { kind: 'func_proto', returns: 1, params: [{ name: 'x', type: 1 }] },
  { kind: 'func', name: 'f', type: 16, linkage: 'global' },
  { kind: 'var', name: 'v', type: 1, linkage: 'static' },
  { kind: 'datasec', name: '.maps', size: 4, variables: [{ type: 18, offset: 0, size: 4 }] },
  { kind: 'decl_tag', name: 'tag', type: 11, component: -1 },
];

describe('BtfBuilder and parseBtf()', () => {
  it('give back every kind of type as it was', () => {
    const builder = new BtfBuilder();
    for (const type of everyKind) builder.add(type);
    const btf = parsed(builder);
    expect(everyKind.map((_, i) => btf.type(i + 1))).toEqual(everyKind);
    expect(btf.find('e64', 'enum64')).toBe(14);
  });

  it('store types that say the same once', () => {
    const builder = new BtfBuilder();
    expect(builder.add({ kind: 'ptr', type: 0 })).toBe(builder.add({ kind: 'ptr', type: 0 }));
  });

  it('never throws, whatever the bytes', () => {
    const good = entry().builder.bytes();
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
        const bad = good.slice(0, length);
        if (at < length) bad[at] = byte;
        const result = parseBtf(bad);
        if (!result.ok) expect(result.problem.message).not.toBe('');
        else {
          for (let id = 0; id < result.btf.count; id++) {
            expect(typeof formatBtfType(result.btf, id)).toBe('string');
            result.btf.sizeOf(id);
            decodeBtfValue(result.btf, id, new Uint8Array(64));
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("reads the running kernel's types", (context) => {
    if (!existsSync('/sys/kernel/btf/vmlinux')) return context.skip('this kernel publishes no BTF');
    const result = parseBtf(readFileSync('/sys/kernel/btf/vmlinux'));
    if (!result.ok) throw new Error(result.problem.message);
    const ethhdr = result.btf.find('ethhdr', 'struct');
    expect(result.btf.sizeOf(ethhdr ?? 0)).toBe(14);
    expect(formatBtfType(result.btf, ethhdr ?? 0)).toBe(
      'struct ethhdr {\n\tunsigned char h_dest[6];\n\tunsigned char h_source[6];\n\t__be16 h_proto;\n};',
    );
  });

  it('writes what bpftool reads', (context) => {
    const { builder } = entry();
    const file = join(mkdtempSync(join(tmpdir(), 'sluice-btf-')), 'entry.btf');
    writeFileSync(file, builder.bytes());
    try {
      execFileSync('bpftool', ['version'], { stdio: 'pipe' });
    } catch {
      return context.skip('bpftool is not installed');
    }
    const text = execFileSync('bpftool', ['btf', 'dump', 'file', file, 'format', 'c'], { encoding: 'utf8' });
    expect(text).toContain('struct entry {\n\t__be16 port;\n\tunsigned char mac[6];\n\tunsigned long long hits;\n};');
  });
});

describe('formatBtfType()', () => {
  it('writes declarators inside out, as C does', () => {
    const builder = new BtfBuilder();
    const int = builder.add(everyKind[0]!);
    const proto = builder.add({ kind: 'func_proto', returns: 0, params: [{ name: 'x', type: int }] });
    const pointer = builder.add({ kind: 'ptr', type: proto });
    const table = builder.add({ kind: 'array', element: pointer, index: int, count: 3 });
    const id = builder.add({ kind: 'var', name: 'table', type: table, linkage: 'global' });
    expect(formatBtfType(parsed(builder), id)).toBe('void (*table[3])(int x);');
  });
});

describe('values', () => {
  it('are written and read by type, network order turned', () => {
    const { builder, id } = entry();
    const btf = parsed(builder);
    const bytes = new Uint8Array(16);
    const value: BtfValue = { port: 0x1234, mac: Uint8Array.of(1, 2, 3, 4, 5, 6), hits: 7n };
    expect(encodeBtfValue(btf, id, value, bytes)).toBeUndefined();
    expect([...bytes]).toEqual([0x12, 0x34, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0]);
    expect(decodeBtfValue(btf, id, bytes)).toEqual(value);
  });

  it.each([
    [{ port: 65536 }, 'value.port: 65536 does not fit 2 bytes'],
    [{ prot: 1 }, 'value.prot: no such field in struct entry'],
    [{ mac: [1, 2] }, 'value.mac: 6 elements are expected, not 2'],
    [{ hits: 1.5 }, 'value.hits: 1.5 is not an integer'],
    [5, 'value: a record is expected'],
  ] as [BtfValue, string][])('%j is refused: %s', (value, sentence) => {
    const { builder, id } = entry();
    expect(encodeBtfValue(parsed(builder), id, value, new Uint8Array(16))).toBe(sentence);
  });
});

describe('.BTF.ext', () => {
  it('gives back functions and lines by section', () => {
    const strings = new StringTable();
    const ext = {
      functions: new Map([['xdp', [{ byteOffset: 0, typeId: 5 }]]]),
      lines: new Map([['xdp', [{ byteOffset: 8, file: 'a.bpf.ts', text: 'return 1;', line: 12, column: 3 }]]]),
    };
    const bytes = buildBtfExt(ext, strings);
    const table = strings.bytes();
    const text = (offset: number) => new TextDecoder().decode(table.subarray(offset, table.indexOf(0, offset)));
    expect(parseBtfExt(bytes, text)).toEqual(ext);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (tail) => {
        const bytes = Uint8Array.of(0x9f, 0xeb, 1, 0, 24, 0, 0, 0, ...tail);
        expect(parseBtfExt(bytes, () => 'x').functions).toBeInstanceOf(Map);
      }),
    );
  });
});
