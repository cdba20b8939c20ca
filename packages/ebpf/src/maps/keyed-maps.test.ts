import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BPF_ANY, BPF_EXIST, BPF_F_NO_PREALLOC, BPF_NOEXIST } from '../abi/map-types.ts';
import { Arena } from '../memory/arena.ts';
import type { MapSpec } from '../spec.ts';
import { createMap } from './create-map.ts';
import { E2BIG, EEXIST, EINVAL, ENOENT, ENOSPC } from './errno.ts';
import { KeyedMap } from './keyed-map.ts';

const spec = (more: Partial<MapSpec>): MapSpec => ({
  name: 'm',
  type: 'hash',
  keySize: 4,
  valueSize: 8,
  maxEntries: 4,
  flags: 0,
  ...more,
});
const cpu = { now: 0 };

function make(more: Partial<MapSpec>): { map: KeyedMap; arena: Arena } {
  const arena = new Arena(4 << 20);
  const map = createMap(1, spec(more), { arena, cpus: 3, currentCpu: () => cpu.now });
  if (!(map instanceof KeyedMap)) throw new Error('not a keyed map');
  return { map, arena };
}

/** The same bytes in the arena, at an address that is aligned or not. */
function placed(arena: Arena, bytes: Uint8Array, skew = 0): number {
  const at = arena.alloc(bytes.length + 8) + skew;
  arena.write(at, bytes);
  return at;
}

const u32 = (n: number): Uint8Array => new Uint8Array(Uint32Array.of(n).buffer);
const u64 = (n: number): Uint8Array => new Uint8Array(BigUint64Array.of(BigInt(n)).buffer);

/** What Linux's map of that kind does, said with a JavaScript Map. */
class HashOracle {
  readonly entries = new Map<string, Uint8Array>();
  constructor(
    readonly max: number,
    readonly lru: boolean,
  ) {}
  touch(key: string): void {
    const value = this.entries.get(key);
    if (!value) return;
    this.entries.delete(key);
    this.entries.set(key, value);
  }
  set(key: string, value: Uint8Array, flags: number): number {
    const there = this.entries.has(key);
    if (flags > BPF_EXIST) return -EINVAL;
    if (there && flags === BPF_NOEXIST) return -EEXIST;
    if (!there && flags === BPF_EXIST) return -ENOENT;
    if (!there && this.entries.size >= this.max) {
      if (!this.lru) return -E2BIG;
      this.entries.delete(this.entries.keys().next().value!);
    }
    if (this.lru) this.entries.delete(key);
    this.entries.set(key, value);
    return 0;
  }
}

const operation = (keySize: number) =>
  fc.record({
    what: fc.constantFrom('update', 'set', 'remove', 'delete', 'lookup', 'get'),
    // Few distinct keys, so that they meet again.
    key: fc
      .array(fc.integer({ min: 0, max: 3 }), { minLength: keySize, maxLength: keySize })
      .map((a) => Uint8Array.from(a)),
    value: fc.uint8Array({ minLength: 8, maxLength: 8 }),
    flags: fc.constantFrom(BPF_ANY, BPF_ANY, BPF_NOEXIST, BPF_EXIST, 9),
    skew: fc.integer({ min: 0, max: 3 }),
  });

describe.each([
  ['hash', 4, 5],
  ['hash', 3, 200],
  ['hash', 13, 3],
  ['lru_hash', 4, 5],
  ['lru_hash', 7, 64],
] as const)('%s with keys of %i bytes and room for %i', (type, keySize, maxEntries) => {
  test('does what its model does, from both sides', () => {
    fc.assert(
      fc.property(fc.array(operation(keySize), { maxLength: 150 }), (operations) => {
        const { map, arena } = make({ type, keySize, maxEntries });
        const oracle = new HashOracle(maxEntries, type === 'lru_hash');
        for (const { what, key, value, flags, skew } of operations) {
          const name = key.join();
          const at = placed(arena, key, skew);
          if (what === 'update') {
            expect(map.update(at, placed(arena, value, skew), flags)).toBe(oracle.set(name, value, flags));
          } else if (what === 'set') {
            expect(map.set(key, value, flags)).toBe(oracle.set(name, value, flags));
          } else if (what === 'remove') {
            expect(map.remove(at)).toBe(oracle.entries.delete(name) ? 0 : -ENOENT);
          } else if (what === 'delete') {
            expect(map.delete(key)).toBe(oracle.entries.delete(name) ? 0 : -ENOENT);
          } else if (what === 'get') {
            expect(map.get(key)).toEqual(oracle.entries.get(name));
          } else {
            const found = map.lookup(at);
            expect(found === 0 ? undefined : arena.read(found, 8)).toEqual(oracle.entries.get(name));
            if (type === 'lru_hash') oracle.touch(name);
          }
        }
        const dump = new Map([...map.entries()].map(([key, value]) => [key.join(), value]));
        expect(dump).toEqual(oracle.entries);
      }),
      { numRuns: 60 },
    );
  });
});

describe('hash', () => {
  test('keeps a value where it is while the map grows', () => {
    const { map, arena } = make({ maxEntries: 10_000 });
    map.set(u32(7), u64(70));
    const at = map.lookup(placed(arena, u32(7)));
    for (let i = 100; i < 9_000; i++) expect(map.set(u32(i), u64(i))).toBe(0);
    expect(map.lookup(placed(arena, u32(7)))).toBe(at);
    expect(arena.read(at, 8)).toEqual(u64(70));
    expect([...map.entries()].length).toBe(8_901);
  });

  test('refuses keys and values of other sizes from the system call', () => {
    const { map } = make({});
    expect(map.set(u64(1), u64(1))).toBe(-EINVAL);
    expect(map.set(u32(1), u32(1))).toBe(-EINVAL);
    expect(map.get(u64(1))).toBeUndefined();
  });

  test('gives its memory back', () => {
    const arena = new Arena(1 << 20);
    for (let i = 0; i < 200; i++) {
      const map = createMap(1, spec({ maxEntries: 1000 }), { arena, cpus: 1, currentCpu: () => 0 });
      for (let key = 0; key < 100; key++) map.set(u32(key), u64(key));
      map.destroy();
    }
  });
});

describe('per-CPU maps', () => {
  test.each(['percpu_hash', 'percpu_array', 'lru_percpu_hash'] as const)('%s keeps one value for each CPU', (type) => {
    const { map, arena } = make({ type, valueSize: 4 });
    const key = placed(arena, u32(2));
    cpu.now = 1;
    expect(map.update(key, placed(arena, u32(11)), BPF_ANY)).toBe(0);
    cpu.now = 2;
    expect(map.update(key, placed(arena, u32(22)), BPF_ANY)).toBe(0);
    expect(arena.read(map.lookup(key), 4)).toEqual(u32(22));
    expect(arena.read(map.lookupPerCpu(key, 1), 4)).toEqual(u32(11));
    expect(map.lookupPerCpu(key, 3)).toBe(0);
    expect(map.get(u32(2))).toEqual(Uint8Array.from([...u64(0), ...u64(11), ...u64(22)]));
    expect(map.set(u32(2), u64(1))).toBe(-EINVAL);
    expect(map.set(u32(2), Uint8Array.from([...u64(1), ...u64(2), ...u64(3)]))).toBe(0);
    expect(arena.read(map.lookup(key), 4)).toEqual(u32(3));
    cpu.now = 0;
  });

  test('a deleted entry leaves nothing for the next one on other CPUs', () => {
    const { map, arena } = make({ type: 'percpu_hash', maxEntries: 1 });
    map.set(u32(1), Uint8Array.from([...u64(9), ...u64(9), ...u64(9)]));
    map.delete(u32(1));
    map.update(placed(arena, u32(2)), placed(arena, u64(5)), BPF_ANY);
    expect(map.get(u32(2))).toEqual(Uint8Array.from([...u64(5), ...u64(0), ...u64(0)]));
  });
});

describe('array', () => {
  test('has all entries from the start and none can go', () => {
    const { map, arena } = make({ type: 'array' });
    expect(map.get(u32(3))).toEqual(u64(0));
    expect(map.get(u32(4))).toBeUndefined();
    expect(map.lookup(placed(arena, u32(0xffffffff)))).toBe(0);
    expect(map.set(u32(4), u64(1))).toBe(-E2BIG);
    expect(map.set(u32(3), u64(1), BPF_NOEXIST)).toBe(-EEXIST);
    expect(map.set(u32(3), u64(1), BPF_EXIST)).toBe(0);
    expect(map.delete(u32(3))).toBe(-EINVAL);
    expect([...map.entries()]).toHaveLength(4);
  });

  test('begins with its initial contents and takes no writes once frozen', () => {
    const { map } = make({ type: 'array', maxEntries: 1, initial: u64(77), frozen: true });
    expect(map.get(u32(0))).toEqual(u64(77));
    expect(map.set(u32(0), u64(1))).toBe(-1);
  });
});

describe('devmap, cpumap, prog_array', () => {
  test('hold numbers that may be absent', () => {
    const { map } = make({ type: 'devmap', valueSize: 4 });
    expect(map.get(u32(1))).toBeUndefined();
    expect(map.set(u32(1), u32(8))).toBe(0);
    expect([...map.entries()]).toEqual([[u32(1), u32(8)]]);
    expect(map.delete(u32(1))).toBe(0);
    expect(map.delete(u32(1))).toBe(-ENOENT);
    expect(map.delete(u32(4))).toBe(-E2BIG);
  });
});

describe('lpm_trie', () => {
  const prefix = fc.record({
    length: fc.integer({ min: 0, max: 17 }),
    data: fc.tuple(fc.constantFrom(0, 1, 0x80, 0xc0, 0xff), fc.constantFrom(0, 0x80, 0xff)),
  });
  type Prefix = { length: number; data: [number, number] };
  const bits = ({ length, data }: Prefix): string =>
    data
      .map((byte) => byte.toString(2).padStart(8, '0'))
      .join('')
      .slice(0, length);
  const keyOf = ({ length, data }: Prefix): Uint8Array => Uint8Array.from([...u32(length), ...data]);

  test('finds the longest prefix that its model finds, through any history', () => {
    const step = fc.record({
      what: fc.constantFrom('set', 'set', 'delete', 'get'),
      prefix,
      flags: fc.constantFrom(0, 0, 1, 2),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { map } = make({ type: 'lpm_trie', keySize: 6, maxEntries: 12, flags: BPF_F_NO_PREALLOC });
        const oracle = new Map<string, Uint8Array>();
        let stamp = 0;
        for (const { what, prefix, flags } of steps) {
          const name = bits(prefix);
          const key = keyOf(prefix);
          const bad = prefix.length > 16;
          if (what === 'set') {
            const value = u64(++stamp);
            let expected = 0;
            if (bad) expected = -EINVAL;
            else if (oracle.has(name)) expected = flags === BPF_NOEXIST ? -EEXIST : 0;
            else if (flags === BPF_EXIST) expected = -ENOENT;
            else if (oracle.size >= 12) expected = -ENOSPC;
            expect(map.set(key, value, flags)).toBe(expected);
            if (expected === 0) oracle.set(name, value);
          } else if (what === 'delete') {
            expect(map.delete(key)).toBe(bad ? -EINVAL : oracle.delete(name) ? 0 : -ENOENT);
          } else {
            const matches = [...oracle.keys()]
              .filter((stored) => name.startsWith(stored))
              .sort((a, b) => b.length - a.length);
            expect(map.get(key)).toEqual(bad || matches.length === 0 ? undefined : oracle.get(matches[0]!));
          }
        }
        expect([...map.entries()]).toHaveLength(oracle.size);
      }),
      { numRuns: 300 },
    );
  });
});
