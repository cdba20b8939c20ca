import { describe, expect, test } from 'vitest';
import { Arena } from '../memory/arena.ts';
import { createMap } from './create-map.ts';
import { EAGAIN, EINVAL } from './errno.ts';
import { PerfEventArray } from './perf-event-array.ts';
import { RingBuffer, ringBufferIdOf } from './ring-buffer.ts';

function ring(size = 4096): { map: RingBuffer; arena: Arena; drain: () => string[] } {
  const arena = new Arena(1 << 20);
  const spec = { name: 'events', type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: size, flags: 0 } as const;
  const map = createMap(3, spec, { arena, cpus: 1, currentCpu: () => 0 });
  if (!(map instanceof RingBuffer)) throw new Error('not a ring buffer');
  const drain = (): string[] => {
    const records: string[] = [];
    map.drain((record) => records.push(new TextDecoder().decode(record)));
    return records;
  };
  return { map, arena, drain };
}

function write(arena: Arena, at: number, text: string): void {
  arena.write(at, new TextEncoder().encode(text));
}

describe('ring buffer', () => {
  test('hands out records in the order of reservation, once submitted', () => {
    const { map, arena, drain } = ring();
    const first = map.reserve(3, 0);
    const second = map.reserve(3, 0);
    expect(ringBufferIdOf(arena, first)).toBe(3);
    write(arena, first, 'one');
    write(arena, second, 'two');
    map.submit(second);
    expect(drain()).toEqual([]);
    map.submit(first);
    expect(drain()).toEqual(['one', 'two']);
    expect(drain()).toEqual([]);
  });

  test('skips what was discarded', () => {
    const { map, arena, drain } = ring();
    map.discard(map.reserve(8, 0));
    const kept = map.reserve(4, 0);
    write(arena, kept, 'kept');
    map.submit(kept);
    expect(drain()).toEqual(['kept']);
  });

  test('counts what does not fit, and goes on after a drain', () => {
    const { map, arena, drain } = ring();
    const data = arena.alloc(1000);
    write(arena, data, 'x'.repeat(1000));
    for (let i = 0; i < 4; i++) expect(map.output(data, 1000, 0)).toBe(0);
    expect(map.output(data, 1000, 0)).toBe(-EAGAIN);
    expect(map.dropped).toBe(1);
    expect(map.query(0)).toBe(4 * 1008);
    expect(drain()).toHaveLength(4);
    expect(map.output(data, 1000, 0)).toBe(0);
    expect(drain()).toEqual(['x'.repeat(1000)]);
  });

  test('keeps records whole across its end', () => {
    const { map, arena, drain } = ring();
    for (let round = 0; round < 50; round++) {
      const text = String(round).padStart(100 + round * 7, '.');
      const record = map.reserve(text.length, 0);
      write(arena, record, text);
      map.submit(record);
      expect(drain()).toEqual([text]);
    }
  });

  test('refuses a record as large as itself, and unknown flags', () => {
    const { map } = ring();
    expect(map.reserve(4096, 0)).toBe(0);
    expect(map.reserve(8, 1)).toBe(0);
    expect(map.output(4096, 8, 4)).toBe(-EINVAL);
  });
});

test('a perf event array queues records CPU by CPU and counts what is lost', () => {
  const spec = { name: 'p', type: 'perf_event_array', keySize: 4, valueSize: 4, maxEntries: 2, flags: 0 } as const;
  const map = createMap(1, spec, { arena: new Arena(1 << 16), cpus: 4, currentCpu: () => 0 });
  if (!(map instanceof PerfEventArray)) throw new Error('not a perf event array');
  expect(map.output(1, Uint8Array.of(1))).toBe(0);
  expect(map.output(0, Uint8Array.of(2))).toBe(0);
  expect(map.output(2, Uint8Array.of(3))).toBeLessThan(0);
  const seen: [number, number][] = [];
  expect(map.drain((record, cpu) => seen.push([record[0]!, cpu]))).toBe(2);
  expect(seen).toEqual([
    [2, 0],
    [1, 1],
  ]);
  for (let i = 0; i < 300; i++) map.output(0, new Uint8Array(1024));
  expect(map.lost).toBe(44);
});
