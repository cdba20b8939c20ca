import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ProgramType } from '../spec.ts';
import { contextFieldFor, contextOf, HELPERS, PROGRAM_TYPES } from './index.ts';

/** Lines of an observation, comments left out, each split at its colon. */
function observed(name: string): [string, string[]][] {
  const text = readFileSync(new URL(`./observed/${name}`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [left = '', right = ''] = line.split(':');
      return [left, right.split(' ').filter(Boolean)];
    });
}

test('context tables allow exactly the accesses that Linux allows', () => {
  const wrong: string[] = [];
  let allowed = 0;
  for (const [what, offsets] of observed('context-access.txt')) {
    const [type, attach, kind, bytes] = what.split(' ') as [ProgramType, string, string, string];
    const context = contextOf(type)!;
    const linux = new Set(offsets.map(Number));
    allowed += linux.size;
    for (let offset = 0; offset < context.size + 4; offset++) {
      const access = { offset, size: Number(bytes), write: kind === 'write', type, attachType: Number(attach) };
      const ours = contextFieldFor(context, access) !== undefined;
      if (ours !== linux.has(offset)) wrong.push(`${what} at ${offset}: Linux says ${!ours}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(allowed).toBe(1725);
});

test('helper rows name exactly the program types that Linux allows', () => {
  const linux = new Map(observed('helper-types.txt').map(([what, types]) => [what, types.sort()]));
  const everyType = PROGRAM_TYPES.map((row) => row.type).sort();
  const ours = new Map<string, string[]>();
  for (const row of HELPERS) {
    const what = `${row.id} ${row.name}`;
    const types = row.types === 'all' ? everyType : row.types;
    ours.set(what, [...(ours.get(what) ?? []), ...types].sort());
  }
  // Rows leave out the variants for traced functions, whose context argument is a kernel pointer.
  const withoutTracing = new Set(['46 get_socket_cookie', '188 xdp_get_buff_len']);
  for (const [what, types] of ours) {
    const expected = linux.get(what)!.filter((type) => type !== 'tracing' || !withoutTracing.has(what));
    expect(types, what).toEqual(expected);
  }
});
