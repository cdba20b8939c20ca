import { expect, test } from 'vitest';
import type { MapSpec } from '../spec.ts';
import { checkMapSpec } from './check-map-spec.ts';

const hash: MapSpec = { name: 'm', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 4, flags: 0 };

test('checkMapSpec() takes what Linux takes', () => {
  const good: Partial<MapSpec>[] = [
    {},
    { type: 'array' },
    { type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 8192 },
    { type: 'lpm_trie', keySize: 8, flags: 1 },
    { type: 'perf_event_array', valueSize: 4, maxEntries: 0 },
  ];
  for (const more of good) expect(checkMapSpec({ ...hash, ...more })).toBeUndefined();
});

test.each([
  [{ maxEntries: 0 }, 'EINVAL', 'max_entries'],
  [{ valueSize: 0 }, 'EINVAL', 'value size'],
  [{ keySize: 600 }, 'E2BIG', 'stack'],
  [{ type: 'array', keySize: 8 }, 'EINVAL', 'keys of 4 bytes'],
  [{ type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 5000 }, 'EINVAL', 'power of two'],
  [{ type: 'ringbuf', keySize: 0, valueSize: 8, maxEntries: 4096 }, 'EINVAL', 'no value size'],
  [{ type: 'lpm_trie', keySize: 8 }, 'EINVAL', 'BPF_F_NO_PREALLOC'],
  [{ type: 'lpm_trie', keySize: 4, flags: 1 }, 'EINVAL', '1 to 256'],
  [{ type: 'lru_hash', flags: 1 }, 'EINVAL', 'LRU'],
  [{ type: 'percpu_array', valueSize: 40_000 }, 'E2BIG', 'per-CPU'],
  [{ type: 'sockmap' }, 'ENOTSUPP', 'not supported'],
] as const)('checkMapSpec() refuses %j with %s', (more, errno, words) => {
  const problem = checkMapSpec({ ...hash, ...more });
  expect(problem?.errno).toBe(errno);
  expect(problem?.message).toContain(words);
});
