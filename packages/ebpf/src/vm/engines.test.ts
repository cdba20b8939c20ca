import { describe, expect, test } from 'vitest';
import * as b from '../isa/build.ts';
import { encode } from '../isa/encode.ts';
import type { Instruction } from '../isa/instruction.ts';
import { BPF_PSEUDO_FUNC } from '../isa/opcode.ts';
import { formNamed } from '../isa/table.ts';
import type { RingBuffer } from '../maps/ring-buffer.ts';
import { engines, load, spec, u32, u64 } from '../testing/load-program.ts';
import { testVm } from '../testing/test-vm.ts';
import { BpfTrap } from './bpf-trap.ts';
import type { LoadedProgram } from './loaded-program.ts';
import type { Vm } from './vm.ts';

/** r1 = map, r2 = a key on the stack. */
const lookup = (key: number): Instruction[] => [
  b.st(32, 10, -4, key),
  b.lddwMap(1),
  b.mov64Reg(2, 10),
  b.alu64Imm('add', 2, -4),
  b.call(1),
];

describe.each(engines)('%s', (engine) => {
  test('reads its context and returns 32 bits, unsigned', () => {
    const vm = testVm();
    const ctx = vm.arena.alloc(16);
    vm.arena.u32[ctx >> 2] = 0x80000001;
    const program = load(vm, engine, [b.ldx(32, 0, 1, 0), b.exit()]);
    expect(program.run(ctx)).toBe(0x80000001);
  });

  test.each(['hash', 'array', 'percpu_array', 'lru_hash'] as const)('finds and changes a value in a %s', (type) => {
    const vm = testVm();
    const map = vm.createMap(spec({ type }));
    const value = type === 'percpu_array' ? Uint8Array.from([...u64(41), ...u64(0)]) : u64(41);
    map.set(u32(5), value);
    const code = [
      ...lookup(5),
      b.jmpImm('jeq', 0, 0, 5),
      b.ldx(64, 1, 0, 0),
      b.alu64Imm('add', 1, 1),
      b.stx(64, 0, 0, 1),
      b.mov64Reg(0, 1),
      b.exit(),
      b.exit(),
    ];
    const program = load(vm, engine, code, { maps: { m: map }, relocations: [{ kind: 'map', slot: 1, map: 'm' }] });
    expect(program.run(0)).toBe(42);
    expect(program.run(0)).toBe(43);
    expect(map.get(u32(5))!.slice(0, 8)).toEqual(u64(43));
  });

  test('goes on where a lookup finds nothing', () => {
    const vm = testVm();
    const map = vm.createMap(spec({}));
    const code = [...lookup(5), b.jmpImm('jne', 0, 0, 1), b.mov64Imm(0, 7), b.exit()];
    const program = load(vm, engine, code, { maps: { m: map }, relocations: [{ kind: 'map', slot: 1, map: 'm' }] });
    expect(program.run(0)).toBe(7);
  });

  test('reaches data-section variables by address', () => {
    const vm = testVm();
    const data = vm.createMap(spec({ name: '.data', type: 'array', valueSize: 16, maxEntries: 1, initial: u64(9) }));
    const program = load(vm, engine, [b.lddwMapValue(1, 8), b.ldx(64, 0, 1, 0), b.exit()], {
      maps: { '.data': data },
      relocations: [{ kind: 'map-value', slot: 0, map: '.data', offset: 8 }],
    });
    data.set(u32(0), Uint8Array.from([...u64(1), ...u64(1234)]));
    expect(program.run(0)).toBe(1234);
  });

  test('sign-extends int results, zero-extends u32 ones, joins u64 ones', () => {
    const vm = testVm({ random: () => 0xfffffffe, now: () => 0x1_2345_6789n });
    const returns = (call: number, shift: number): number =>
      load(vm, engine, [b.call(call), b.alu64Imm('rsh', 0, shift), b.exit()]).run(0);
    expect(returns(7, 32)).toBe(0);
    expect(returns(7, 0)).toBe(0xfffffffe);
    expect(returns(5, 32)).toBe(1);
    expect(returns(5, 0)).toBe(0x23456789);
    const map = vm.createMap(spec({}));
    const remove = [...lookup(1).slice(0, -1), b.call(3), b.alu64Imm('rsh', 0, 32), b.exit()];
    const program = load(vm, engine, remove, { maps: { m: map }, relocations: [{ kind: 'map', slot: 1, map: 'm' }] });
    expect(program.run(0)).toBe(0xffffffff);
  });

  test('calls a helper of the kernel with its scalars split', () => {
    const seen: number[][] = [];
    const l4: (...args: number[]) => number = (...args) => {
      seen.push(args);
      return -22;
    };
    const vm = testVm({ helpers: new Map([[11, l4]]) });
    const code = [
      b.mov64Imm(2, 24),
      b.lddw(3, 0x1_0000_0002n),
      b.mov64Imm(4, -1),
      b.mov64Imm(5, 0x10),
      b.call(11),
      b.exit(),
    ];
    expect(load(vm, engine, code, { type: 'sched_cls' }).run(4096)).toBe(0xffffffea);
    expect(seen).toEqual([[4096, 24, 2, 1, -1, -1, 16, 0]]);
  });

  test('gives functions their own stack frames and keeps r6 … r9', () => {
    const vm = testVm();
    const code = [
      b.mov64Imm(6, 5),
      b.st(64, 10, -8, 1),
      b.mov64Imm(1, 30),
      b.callLocal(4),
      b.ldx(64, 1, 10, -8),
      b.alu64Reg('add', 0, 1),
      b.alu64Reg('add', 0, 6),
      b.exit(),
      // function: *(fp - 8) = 100; r6 = r1 * 2; return r6
      b.st(64, 10, -8, 100),
      b.mov64Reg(6, 1),
      b.alu64Imm('mul', 6, 2),
      b.mov64Reg(0, 6),
      b.exit(),
    ];
    expect(load(vm, engine, code).run(0)).toBe(66);
  });

  test('fills, submits and discards ring buffer records', () => {
    const vm = testVm();
    const map = vm.createMap(spec({ type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 4096 }));
    const code = [
      b.mov64Reg(6, 1),
      b.lddwMap(1),
      b.mov64Imm(2, 8),
      b.mov64Imm(3, 0),
      b.call(131),
      b.jmpImm('jeq', 0, 0, 7),
      b.stx(64, 0, 0, 6),
      b.mov64Reg(1, 0),
      b.mov64Imm(2, 0),
      b.jmpImm('jeq', 6, 0, 2),
      b.call(132),
      b.ja(1),
      b.call(133),
      b.mov64Imm(0, 0),
      b.exit(),
    ];
    const program = load(vm, engine, code, { maps: { m: map }, relocations: [{ kind: 'map', slot: 1, map: 'm' }] });
    program.run(77);
    program.run(0);
    program.run(78);
    const records: Uint8Array[] = [];
    (map as RingBuffer).drain((record) => records.push(record));
    expect(records).toEqual([u64(77), u64(78)]);
  });

  test('stops an unverified program that loops or leaves memory', () => {
    const vm = testVm();
    const trap = (code: readonly Instruction[]): unknown => {
      try {
        return load(vm, engine, code, { budget: 1000 }).run(0);
      } catch (problem) {
        return problem instanceof BpfTrap ? problem.code : problem;
      }
    };
    expect(trap([b.ja(-1), b.exit()])).toBe('budget');
    expect(trap([b.ldx(64, 0, 1, 0), b.exit()])).toBe('bad-address');
    expect(trap([b.mov64Imm(1, -8), b.stx(64, 1, 0, 1), b.exit()])).toBe('bad-address');
    expect(trap([b.lddw(1, 0x1_0000_2000n), b.ldx(8, 0, 1, 0), b.exit()])).toBe('bad-address');
    expect(trap([b.mov64Imm(0, 3), b.exit()])).toBe(3);
  });

  test('counts instructions of programs with a budget', () => {
    const vm = testVm();
    const code = [b.mov64Imm(0, 10), b.alu64Imm('sub', 0, 1), b.jmpImm('jne', 0, 0, -2), b.exit()];
    const program = load(vm, engine, code, { budget: 1000 });
    program.run(0);
    expect(program.instructionsRun).toBe(22);
  });

  test.each([-1n, 3n, 1n << 32n])('an update with flags %s is -EINVAL', (flags) => {
    const vm = testVm();
    const map = vm.createMap(spec({}));
    const code = [
      b.st(64, 10, -8, 1),
      b.lddwMap(1),
      b.mov64Reg(2, 10),
      b.alu64Imm('add', 2, -8),
      b.mov64Reg(3, 2),
      b.lddw(4, flags),
      b.call(2),
      b.exit(),
    ];
    const program = load(vm, engine, code, { maps: { m: map }, relocations: [{ kind: 'map', slot: 1, map: 'm' }] });
    expect(program.run(0) | 0).toBe(-22);
  });

  test('counts instructions of verified programs on request', () => {
    const vm = testVm();
    const code = encode([b.mov64Imm(0, 10), b.alu64Imm('sub', 0, 1), b.jmpImm('jne', 0, 0, -2), b.exit()]);
    const loaded = vm.load({ program: { name: 'p', type: 'xdp', code, relocations: [] }, engine, count: true });
    if (!loaded.ok) throw new Error(loaded.problem.message);
    loaded.program.run(0);
    loaded.program.run(0);
    expect(loaded.program.instructionsRun).toBe(44);
  });

  test('prints what bpf_trace_printk is given', () => {
    const lines: string[] = [];
    const vm = testVm({ trace: (text) => lines.push(text) });
    const format = vm.arena.alloc(64);
    vm.arena.write(format, new TextEncoder().encode('n=%d x=%llx %5u\0'));
    const code = [
      b.mov64Imm(1, format),
      b.mov64Imm(2, 17),
      b.mov64Imm(3, -3),
      b.lddw(4, 0xdeadbeef00n),
      b.mov64Imm(5, 42),
      b.call(6),
      b.exit(),
    ];
    expect(load(vm, engine, code).run(0)).toBe(23);
    expect(lines).toEqual(['n=-3 x=deadbeef00    42']);
  });

  test('bpf_loop calls a function until that answers 1', () => {
    const vm = testVm();
    const code = (rounds: number, flags: number): Instruction[] => [
      b.st(64, 10, -8, 0),
      b.mov64Imm(6, 1000),
      b.mov64Imm(1, rounds),
      b.lddw(2, 10n, BPF_PSEUDO_FUNC),
      b.mov64Reg(3, 10),
      b.alu64Imm('add', 3, -8),
      b.mov64Imm(4, flags),
      b.call(181),
      b.ldx(64, 1, 10, -8),
      b.alu64Imm('mul', 1, 100),
      b.alu64Reg('add', 0, 1),
      b.alu64Reg('add', 0, 6),
      b.exit(),
      // slot 14: sum += i; r6 is the callee's own; stop at i == 4
      b.mov64Reg(6, 2),
      b.ldx(64, 3, 2, 0),
      b.alu64Reg('add', 3, 1),
      b.stx(64, 6, 0, 3),
      b.mov64Imm(0, 0),
      b.jmpImm('jlt', 1, 4, 1),
      b.mov64Imm(0, 1),
      b.exit(),
    ];
    const run = (rounds: number, flags = 0): number => load(vm, engine, code(rounds, flags)).run(0);
    expect(run(3)).toBe(1000 + 3 + 100 * 3);
    expect(run(50)).toBe(1000 + 5 + 100 * 10);
    expect(run(0)).toBe(1000);
    expect(run(3, 1)).toBe(1000 - 22);
    expect(run(1 << 24)).toBe(1000 - 7);
  });

  test.each(['hash', 'array'] as const)('bpf_for_each_map_elem visits the entries of a %s', (type) => {
    const vm = testVm();
    const map = vm.createMap(spec({ type }));
    for (let i = 0; i < 8; i++) map.set(u32(i), u64(i * 10));
    const code = [
      b.st(64, 10, -8, 0),
      b.lddwMap(1),
      b.lddw(2, 9n, BPF_PSEUDO_FUNC),
      b.mov64Reg(3, 10),
      b.alu64Imm('add', 3, -8),
      b.mov64Imm(4, 0),
      b.call(164),
      b.ldx(64, 1, 10, -8),
      b.alu64Imm('mul', 1, 100),
      b.alu64Reg('add', 0, 1),
      b.exit(),
      // slot 13 (map, key, value, context): *context += *key + *value
      b.ldx(32, 2, 2, 0),
      b.ldx(64, 3, 3, 0),
      b.ldx(64, 5, 4, 0),
      b.alu64Reg('add', 5, 2),
      b.alu64Reg('add', 5, 3),
      b.stx(64, 4, 0, 5),
      b.mov64Imm(0, 0),
      b.exit(),
    ];
    const program = load(vm, engine, code, { maps: { m: map }, relocations: [{ kind: 'map', slot: 1, map: 'm' }] });
    expect(program.run(0)).toBe(8 + 100 * (28 + 280));
  });

  test('stops callbacks of an unverified program that never end', () => {
    const vm = testVm();
    const code = [
      b.mov64Imm(1, 1 << 22),
      b.lddw(2, 6n, BPF_PSEUDO_FUNC),
      b.mov64Imm(3, 0),
      b.mov64Imm(4, 0),
      b.call(181),
      b.mov64Imm(0, 0),
      b.exit(),
      b.mov64Imm(0, 0),
      b.exit(),
    ];
    const program = load(vm, engine, code, { budget: 5000 });
    expect(() => program.run(0)).toThrow(BpfTrap);
  });

  test('loads from packets the old way, and ends with 0 past their end', () => {
    const packet = [0x08, 0x00, 0x45, 0x11, 0x22, 0x33];
    const vm: Vm = testVm({
      helpers: new Map([
        [
          26,
          (_ctx, offset, to, size) => {
            if (offset! + size! > packet.length) return -14;
            vm.arena.write(to!, Uint8Array.from(packet.slice(offset!, offset! + size!)));
            return 0;
          },
        ],
      ]),
    });
    const { opcode: word } = formNamed('ldabsw');
    const { opcode: half } = formNamed('ldindh');
    const ldabs = (opcode: number, src: number, imm: number): Instruction => ({ opcode, dst: 0, src, offset: 0, imm });
    const run = (...code: Instruction[]): number =>
      load(vm, engine, [b.mov64Reg(6, 1), ...code, b.exit()], { type: 'socket_filter' }).run(4096);
    expect(run(ldabs(word, 0, 1))).toBe(0x00451122);
    expect(run(b.mov64Imm(2, 3), ldabs(half, 2, 1), b.alu64Imm('add', 0, 1))).toBe(0x2234);
    expect(run(b.mov64Imm(2, 3), ldabs(half, 2, 2), b.alu64Imm('add', 0, 1))).toBe(0);
    expect(run(ldabs(word, 0, -4), b.alu64Imm('add', 0, 1))).toBe(0);
  });

  test('a helper may run another program meanwhile', () => {
    const inner: { program?: LoadedProgram } = {};
    const vm = testVm({ helpers: new Map([[14, () => inner.program!.run(5)]]) });
    inner.program = load(vm, engine, [b.stx(64, 10, -8, 1), b.mov64Reg(0, 1), b.exit()]);
    const outer = [b.st(64, 10, -8, 1000), b.call(14), b.ldx(64, 1, 10, -8), b.alu64Reg('add', 0, 1), b.exit()];
    vm.resultHigh = 0;
    expect(load(vm, engine, outer).run(0)).toBe(1005);
  });
});
