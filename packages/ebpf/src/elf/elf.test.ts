import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import * as isa from '../isa/index.ts';
import type { ObjectSpec } from '../spec.ts';
import { readObject } from './read-object.ts';
import { sampleSource } from './sample.testing.ts';
import { writeObject } from './write-object.ts';

function read(bytes: Uint8Array): ObjectSpec {
  const result = readObject(bytes);
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.object;
}

const has = (command: string, ...args: string[]) => {
  try {
    execFileSync(command, args, { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
};

const CLANG_SOURCE = `
#define SEC(name) __attribute__((section(name), used))
#define __uint(name, val) int (*name)[val]
#define __type(name, val) val *name
static void *(*lookup)(void *map, const void *key) = (void *)1;
struct key { unsigned int ip; unsigned short port, pad; };
struct { __uint(type, 1); __type(key, struct key); __type(value, unsigned long long); __uint(max_entries, 100); __uint(map_flags, 1); } flows SEC(".maps");
struct { __uint(type, 27); __uint(max_entries, 4096); } events SEC(".maps");
struct { __uint(type, 3); __uint(key_size, 4); __uint(value_size, 4); __uint(max_entries, 8); } jumps SEC(".maps");
const volatile unsigned int limit = 5;
const volatile unsigned int mode = 3;
unsigned long long total;
static __attribute__((noinline)) int twice(int x) { total += x; return x * 2; }
static __attribute__((noinline)) int thrice(int x) { return twice(x) + x; }
SEC("xdp") int one(void *ctx) { struct key k = { .ip = limit }; unsigned long long *v = lookup(&flows, &k); return v ? twice(*v) : mode; }
SEC("tc") int two(void *ctx) { return thrice(limit); }
char _license[] SEC("license") = "GPL";
`;

describe('writeObject() and readObject()', () => {
  it('give back programs, maps, constants and lines', () => {
    const object = read(writeObject(sampleSource()));
    expect(object.license).toBe('GPL');
    expect(
      object.maps.map(({ name, type, keySize, valueSize, maxEntries }) => [name, type, keySize, valueSize, maxEntries]),
    ).toEqual([
      ['hits', 'hash', 4, 8, 16],
      ['.rodata', 'array', 4, 8, 1],
    ]);
    expect(object.constants).toEqual([{ name: 'VERDICT', map: '.rodata', offset: 4, size: 4 }]);
    const [first, second] = object.programs;
    expect(first).toMatchObject({
      name: 'first',
      section: 'xdp',
      type: 'xdp',
      attachType: 37,
      functions: [
        { slot: 0, name: 'first' },
        { slot: 14, name: 'double_it' },
      ],
      relocations: [
        { kind: 'map', slot: 1, map: 'hits' },
        { kind: 'map-value', slot: 9, map: '.rodata', offset: 4 },
      ],
    });
    expect(first!.lines.map(({ slot, line }) => [slot, line])).toEqual([
      [0, 10],
      [9, 12],
      [14, 30],
    ]);
    expect(second!.lines.map(({ slot, line }) => [slot, line])).toEqual([
      [0, 20],
      [14, 30],
    ]);
    const decoded = isa.decode(first!.code);
    expect(decoded.ok && decoded.instructions.find((i) => i.opcode === 0x85 && i.src === 1)?.imm).toBe(1);
  });

  it('write the same bytes for the same source', () => {
    expect(writeObject(sampleSource())).toEqual(writeObject(sampleSource()));
  });

  it.each([
    ['E001', (b: Uint8Array) => b.fill(0, 0, 4)],
    ['E001', (b: Uint8Array) => b.fill(62, 18, 19)],
    ['E002', (b: Uint8Array) => b.subarray(0, b.length - 1)],
    ['E002', (b: Uint8Array) => b.subarray(0, 40)],
  ] as const)('answers %s for damaged bytes', (code, damage) => {
    const bytes = writeObject(sampleSource());
    expect(readObject(damage(bytes) as Uint8Array)).toMatchObject({ ok: false, problem: { code } });
  });

  it('never throw, whatever the bytes', () => {
    const good = writeObject(sampleSource());
    const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 });
    fc.assert(
      fc.property(changes, fc.nat(good.length), fc.boolean(), (bytes, length, cut) => {
        const bad = cut ? good.slice(0, length) : good.slice();
        for (const [at, byte] of bytes) if (at < bad.length) bad[at] = byte;
        const result = readObject(bad);
        if (!result.ok) expect(result.problem.message).not.toBe('');
      }),
      { numRuns: 4000 },
    );
  });
});

describe("clang's objects", () => {
  let object: ObjectSpec | undefined;
  beforeAll(() => {
    if (!has('clang', '--version')) return;
    const folder = mkdtempSync(join(tmpdir(), 'sluice-elf-'));
    writeFileSync(join(folder, 'a.c'), CLANG_SOURCE);
    execFileSync('clang', ['-target', 'bpf', '-O2', '-g', '-c', 'a.c', '-o', 'a.o'], { cwd: folder });
    object = read(readFileSync(join(folder, 'a.o')));
    rmSync(folder, { recursive: true });
  });

  it('give their maps', (context) => {
    if (!object) return context.skip('clang is not installed');
    expect(
      object.maps.map(({ name, type, keySize, valueSize, maxEntries, flags }) => [
        name,
        type,
        keySize,
        valueSize,
        maxEntries,
        flags,
      ]),
    ).toEqual([
      ['flows', 'hash', 8, 8, 100, 1],
      ['events', 'ringbuf', 0, 0, 4096, 0],
      ['jumps', 'prog_array', 4, 4, 8, 0],
      ['.rodata', 'array', 4, 8, 1, 1152],
      ['.bss', 'array', 4, 8, 1, 1024],
    ]);
    expect(object.maps[3]).toMatchObject({ frozen: true, initial: Uint8Array.of(5, 0, 0, 0, 3, 0, 0, 0) });
    expect(object.constants.map(({ name, offset, size }) => [name, offset, size])).toEqual([
      ['limit', 0, 4],
      ['mode', 4, 4],
    ]);
  });

  it('give their programs with the functions they call', (context) => {
    if (!object) return context.skip('clang is not installed');
    expect(object.programs.map(({ name, type, functions }) => [name, type, functions.map((f) => f.name)])).toEqual([
      ['one', 'xdp', ['one', 'twice']],
      ['two', 'sched_cls', ['two', 'thrice', 'twice']],
    ]);
    for (const program of object.programs) {
      const decoded = isa.decode(program.code);
      if (!decoded.ok) throw new Error(decoded.problem.message);
      const starts = program.functions.map(({ slot }) => slot);
      decoded.instructions.forEach((instruction, i) => {
        if (instruction.opcode === 0x85 && instruction.src === 1) {
          expect(starts).toContain(decoded.slotOf[i]! + 1 + instruction.imm);
        }
      });
      expect(program.lines.length).toBeGreaterThan(0);
      expect(program.lines[0]!.file).toContain('a.c');
    }
  });
});
