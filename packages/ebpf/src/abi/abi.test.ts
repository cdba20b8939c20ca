import { describe, expect, test } from 'vitest';
import {
  CONTEXTS,
  contextFieldFor,
  contextOf,
  HELPERS,
  helperFor,
  helperNamed,
  MAP_TYPES,
  mapTypeById,
  PROGRAM_TYPES,
  SECTIONS,
  SOCKET_VIEWS,
  sectionRow,
} from './index.ts';

describe('helper table', () => {
  test('gives every program type at most one row for an id', () => {
    for (const { type } of PROGRAM_TYPES) {
      const ids = HELPERS.filter((row) => row.types === 'all' || row.types.includes(type)).map((row) => row.id);
      expect(new Set(ids).size, type).toBe(ids.length);
    }
  });

  test('has one name for an id and one id for a name', () => {
    const pairs = new Set(HELPERS.map((row) => `${row.id} ${row.name}`));
    expect(pairs.size).toBe(new Set(HELPERS.map((row) => row.id)).size);
    expect(pairs.size).toBe(new Set(HELPERS.map((row) => row.name)).size);
  });

  test('takes at most five registers and follows each memory argument with its size', () => {
    for (const row of HELPERS) {
      expect(row.args.length + (row.variadic ?? 0), row.name).toBeLessThanOrEqual(5);
      row.args.forEach((arg, i) => {
        if (arg.startsWith('mem-')) expect(row.args[i + 1], row.name).toMatch(/^size/);
        if (arg === 'size' || arg === 'size-or-zero') expect(row.args[i - 1], row.name).toMatch(/^mem-/);
      });
    }
  });

  test('tells sk_assign of tc from that of sk_lookup', () => {
    const id = helperNamed('sk_assign')!.id;
    expect(helperFor(id, 'sched_cls')!.args).toEqual(['ctx', 'sock-common', 'u64']);
    expect(helperFor(id, 'sk_lookup')!.args).toEqual(['ctx', 'socket-or-null', 'u64']);
    expect(helperFor(id, 'xdp')).toBeUndefined();
  });
});

describe('context tables', () => {
  test.each([...CONTEXTS.values(), SOCKET_VIEWS.socket, SOCKET_VIEWS.sockCommon])(
    '$name keeps its fields inside',
    (row) => {
      for (const field of row.fields) expect(field.offset + field.size, field.name).toBeLessThanOrEqual(row.size);
    },
  );

  const skb = contextOf('sched_cls')!;
  const read = { write: false, attachType: undefined };

  test('tc may write mark as a whole and read it narrowly', () => {
    expect(contextFieldFor(skb, { offset: 8, size: 4, write: true, type: 'sched_cls' })?.name).toBe('mark');
    expect(contextFieldFor(skb, { offset: 10, size: 2, write: false, type: 'sched_cls' })?.name).toBe('mark');
    expect(contextFieldFor(skb, { offset: 8, size: 2, write: true, type: 'sched_cls' })).toBeUndefined();
  });

  test('a socket filter may not read data, and nobody reads it narrowly', () => {
    expect(contextFieldFor(skb, { ...read, offset: 76, size: 4, type: 'socket_filter' })).toBeUndefined();
    expect(contextFieldFor(skb, { ...read, offset: 76, size: 2, type: 'sched_cls' })).toBeUndefined();
    expect(contextFieldFor(skb, { ...read, offset: 76, size: 4, type: 'sched_cls' })?.kind).toBe('packet');
  });

  test('cb takes 8-byte access across its words, aligned only', () => {
    expect(contextFieldFor(skb, { ...read, offset: 56, size: 8, type: 'sched_cls' })?.name).toBe('cb');
    expect(contextFieldFor(skb, { ...read, offset: 52, size: 8, type: 'sched_cls' })).toBeUndefined();
    expect(contextFieldFor(skb, { ...read, offset: 64, size: 8, type: 'sched_cls' })).toBeUndefined();
  });

  test('connect4 sees user_ip4 and not user_ip6', () => {
    const addr = contextOf('cgroup_sock_addr')!;
    const connect4 = { write: false, type: 'cgroup_sock_addr', attachType: 10 } as const;
    expect(contextFieldFor(addr, { ...connect4, offset: 4, size: 4 })?.name).toBe('user_ip4');
    expect(contextFieldFor(addr, { ...connect4, offset: 8, size: 4 })).toBeUndefined();
  });
});

test('sections name their types, exactly or by prefix', () => {
  expect(sectionRow('tc')?.type).toBe('sched_cls');
  expect(sectionRow('?cgroup/connect4')?.attachType).toBe(10);
  expect(sectionRow('tp_btf/kfree_skb')?.type).toBe('tracing');
  expect(sectionRow('tp_btf/')).toBeUndefined();
  expect(sectionRow('xdp2')).toBeUndefined();
  expect(new Set(SECTIONS.map((row) => row.section)).size).toBe(SECTIONS.length);
});

test('map helpers named by map types exist or are not ours', () => {
  expect(mapTypeById(27)?.type).toBe('ringbuf');
  for (const row of MAP_TYPES.filter((r) => r.implemented !== 'no')) {
    const known = (row.onlyHelpers ?? ['map_lookup_elem']).filter((name) => helperNamed(name));
    expect(known, row.type).not.toEqual([]);
  }
});
