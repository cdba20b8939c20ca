import { disassemble } from '@sluice/ebpf';
import { expect, it } from 'vitest';
import { compileFile } from '../node/index.ts';

it('the blacklist compiles to what one would write by hand', () => {
  const { spec } = compileFile('examples/arp-blacklist.bpf.ts');
  const listing = disassemble(spec!.programs[0]!.code);
  if (!listing.ok) throw new Error(listing.problem.message);
  expect(listing.lines.map(({ text }) => text)).toEqual([
    'r2 = *(u32 *)(r1 + 0)',
    'r3 = *(u32 *)(r1 + 4)',
    'r1 = r2',
    'r1 += 14',
    'if r1 > r3 goto +13',
    'r1 = *(u16 *)(r2 + 12)',
    'if w1 != 1544 goto +11',
    'r1 = r2',
    'r1 += 42',
    'if r1 > r3 goto +8',
    'r1 = *(u32 *)(r2 + 28)',
    '*(u32 *)(r10 - 8) = r1',
    'r1 = map[0x0] ll',
    'r2 = r10',
    'r2 += -8',
    'call bpf_map_lookup_elem#1',
    'if r0 != 0 goto +2',
    'r0 = 2',
    'exit',
    'r1 = 1',
    'lock *(u64 *)(r0 + 0) += r1',
    'r0 = 1',
    'exit',
  ]);
});

it('the same source gives the same bytes', () => {
  const [a, b] = [1, 2].map(() => compileFile('packages/datapath/src/bpf/pod.bpf.ts').object);
  expect(a).toEqual(b);
});
