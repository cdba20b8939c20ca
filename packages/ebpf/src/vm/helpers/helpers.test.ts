import { describe, expect, test } from 'vitest';
import { HELPERS } from '../../abi/index.ts';
import * as b from '../../isa/build.ts';
import { encode } from '../../isa/encode.ts';
import type { Instruction } from '../../isa/instruction.ts';
import type { PerfEventArray } from '../../maps/perf-event-array.ts';
import { testVm } from '../../testing/test-vm.ts';
import type { Vm } from '../vm.ts';

function run(vm: Vm, code: readonly Instruction[], ctx = 0): number {
  const loaded = vm.load({ program: { name: 'p', type: 'xdp', code: encode([...code, b.exit()]), relocations: [] } });
  if (!loaded.ok) throw new Error(loaded.problem.message);
  return loaded.program.run(ctx);
}

test('every helper that the table gives to the Vm can be called', () => {
  for (const row of HELPERS.filter((r) => r.by === 'vm')) {
    const type = row.types === 'all' ? 'xdp' : row.types[0]!;
    const code = encode([b.call(row.id), b.exit()]);
    const loaded = testVm().load({ program: { name: row.name, type, code, relocations: [] } });
    expect(loaded.ok, row.name).toBe(true);
  }
});

describe('bpf_csum_diff', () => {
  /** Words at `from` (two), words at `to` (two), seed, sizes; then what Linux 6.18 answered. */
  test.each([
    [1337671202, 1592975436, 548563996, 1591752395, 0, 8, 0, 13027],
    [1666358331, 534836507, 2025843130, 535962524, 0, 8, 4, 19952],
    [243107963, 1007318097, 798420159, 1008247510, 1864972416, 8, 0, 24661],
    [1167717556, 1232529314, 218988355, 1231302949, 0, 4, 8, 52363],
    [465423697, 600183822, 876497718, 601145993, -1, 8, 4, 24209],
    [1661279829, 2061857247, 462742284, 2063050584, 2109733275, 8, 4, 2013],
    [2020730571, 1483142283, 2079959834, 1484005900, -1, 0, 8, 41364],
    [46321678, 891005384, 775649477, 889814863, 356387904, 0, 8, 31959],
    [139886464, 647163737, 712652084, 645937630, 0, 0, 0, 0],
  ])(
    'of %i %i to %i %i with seed %i, %i and %i bytes is what Linux says',
    (a, a2, c, c2, seed, fromSize, toSize, expected) => {
      const code = [
        b.st(32, 10, -16, a),
        b.st(32, 10, -12, a2),
        b.st(32, 10, -8, c),
        b.st(32, 10, -4, c2),
        b.mov64Reg(1, 10),
        b.alu64Imm('add', 1, -16),
        b.mov64Imm(2, fromSize),
        b.mov64Reg(3, 10),
        b.alu64Imm('add', 3, -8),
        b.mov64Imm(4, toSize),
        b.mov64Imm(5, seed),
        b.call(28),
      ];
      expect(run(testVm(), code)).toBe(expected);
    },
  );

  test('refuses sizes that are no whole words', () => {
    const code = [1, 2, 3, 4, 5].map((r) => b.mov64Imm(r, r === 2 ? 3 : 0));
    expect(run(testVm(), [...code, b.call(28)])).toBe(2 ** 32 - 22);
  });
});

describe('bpf_strtol and bpf_strtoul', () => {
  test.each([
    [105, '123 ', 10, 3, 123n],
    [105, '-42', 0, 3, -42n],
    [105, '  0x1Fz', 0, 6, 31n],
    [105, '0x1F', 16, 4, 31n],
    [105, '017', 0, 3, 15n],
    [105, '0', 0, 1, 0n],
    [105, '-9223372036854775808', 10, 20, -(2n ** 63n)],
    [105, '9223372036854775808', 10, -34, 0n],
    [106, '18446744073709551615', 10, 20, -1n],
    [106, '-1', 10, -22, 0n],
    [105, 'x1', 10, -22, 0n],
    [105, '12', 7, -22, 0n],
  ])('helper %i reads %j in base %i', (id, text, base, returned, value) => {
    const vm = testVm();
    const at = vm.arena.alloc(32);
    const to = vm.arena.alloc(8);
    vm.arena.write(at, new TextEncoder().encode(text));
    const code = [b.mov64Imm(1, at), b.mov64Imm(2, text.length), b.mov64Imm(3, base), b.mov64Imm(4, to), b.call(id)];
    expect(run(vm, code) | 0).toBe(returned);
    expect(vm.arena.view.getBigInt64(to, true)).toBe(value);
  });
});

describe('bpf_probe_read_kernel', () => {
  test('copies what is there and zeroes the destination where nothing is', () => {
    const vm = testVm();
    const from = vm.arena.alloc(8);
    const to = vm.arena.alloc(8);
    vm.arena.write(from, Uint8Array.of(1, 2, 3, 4));
    const read = (address: number): number =>
      run(vm, [b.mov64Imm(1, to), b.mov64Imm(2, 4), b.mov64Imm(3, address), b.call(113)]) | 0;
    expect(read(from)).toBe(0);
    expect([...vm.arena.read(to, 4)]).toEqual([1, 2, 3, 4]);
    expect(read(16)).toBe(-14);
    expect([...vm.arena.read(to, 4)]).toEqual([0, 0, 0, 0]);
  });

  test('as string stops at the first zero and always ends with one', () => {
    const vm = testVm();
    const from = vm.arena.alloc(16);
    const to = vm.arena.alloc(16);
    vm.arena.write(from, new TextEncoder().encode('eth0\0xyz'));
    const read = (size: number): [number, string] => {
      const length = run(vm, [b.mov64Imm(1, to), b.mov64Imm(2, size), b.mov64Imm(3, from), b.call(115)]);
      return [length, new TextDecoder().decode(vm.arena.read(to, length))];
    };
    expect(read(16)).toEqual([5, 'eth0\0']);
    expect(read(3)).toEqual([3, 'et\0']);
  });
});

test('bpf_perf_event_output adds as much of the packet as the flags ask for', () => {
  const vm = testVm();
  const spec = { name: 'p', type: 'perf_event_array', keySize: 4, valueSize: 4, maxEntries: 2, flags: 0 } as const;
  const events = vm.createMap(spec);
  const packet = vm.arena.alloc(16);
  const ctx = vm.arena.alloc(24);
  vm.arena.write(packet, Uint8Array.of(9, 8, 7, 6));
  vm.arena.u32.set([packet, packet + 4], ctx >> 2);
  const output = (extra: bigint): number => {
    const code = [
      b.st(16, 10, -8, 0x0201),
      b.lddwMap(2),
      b.lddw(3, (extra << 32n) | 0xffffffffn),
      b.mov64Reg(4, 10),
      b.alu64Imm('add', 4, -8),
      b.mov64Imm(5, 2),
      b.call(25),
      b.exit(),
    ];
    const loaded = vm.load({
      program: { name: 'p', type: 'xdp', code: encode(code), relocations: [{ kind: 'map', slot: 1, map: 'p' }] },
      maps: new Map([['p', events]]),
    });
    if (!loaded.ok) throw new Error(loaded.problem.message);
    return loaded.program.run(ctx) | 0;
  };
  expect(output(0n)).toBe(0);
  expect(output(3n)).toBe(0);
  expect(output(5n)).toBe(-14);
  expect(output(1n << 20n)).toBe(-22);
  const records: number[][] = [];
  (events as PerfEventArray).drain((record) => records.push([...record]));
  expect(records).toEqual([
    [1, 2],
    [1, 2, 9, 8, 7],
  ]);
});
