import { describe, expect, test } from 'vitest';
import * as b from '../isa/build.ts';
import { encode } from '../isa/encode.ts';
import type { Instruction } from '../isa/instruction.ts';
import type { Relocation } from '../spec.ts';
import { engines, load, spec, u32 } from '../testing/load-program.ts';
import { testVm } from '../testing/test-vm.ts';
import type { LoadedProgram } from './loaded-program.ts';
import type { Engine } from './vm.ts';

describe.each(engines.flatMap((from) => engines.map((to) => [from, to] as const)))(
  'tail call from %s to %s',
  (from, to) => {
    const tail = (index: number): Instruction[] => [b.lddwMap(2), b.mov64Imm(3, index), b.call(12)];
    const relocations: Relocation[] = [{ kind: 'map', slot: 0, map: 'm' }];

    test('runs the other program in place of this one, with the same context', () => {
      const vm = testVm();
      const map = vm.createMap(spec({ type: 'prog_array', valueSize: 4 }));
      const target = load(vm, to, [b.ldx(32, 0, 1, 0), b.exit()]);
      map.set(u32(3), u32(target.id));
      const ctx = vm.arena.alloc(8);
      vm.arena.u32[ctx >> 2] = 99;
      const entry = load(vm, from, [...tail(3), b.mov64Imm(0, 1), b.exit()], { maps: { m: map }, relocations });
      expect(entry.run(ctx)).toBe(99);
      map.delete(u32(3));
      expect(entry.run(ctx)).toBe(1);
      map.set(u32(3), u32(target.id));
      vm.unload(target);
      expect(entry.run(ctx)).toBe(1);
    });

    test('ends after 33 of them', () => {
      const vm = testVm();
      const map = vm.createMap(spec({ type: 'prog_array', valueSize: 4 }));
      const counter = vm.arena.alloc(8);
      const code = (index: number): Instruction[] => [...tail(index), b.mov64Imm(0, 5), b.exit()];
      const count = [b.mov64Imm(6, counter), b.ldx(64, 7, 6, 0), b.alu64Imm('add', 7, 1), b.stx(64, 6, 0, 7)];
      const relocated: Relocation[] = [{ kind: 'map', slot: 4, map: 'm' }];
      const first = load(vm, from, [...count, ...code(1)], { maps: { m: map }, relocations: relocated });
      const second = load(vm, to, [...count, ...code(0)], { maps: { m: map }, relocations: relocated });
      map.set(u32(0), u32(first.id));
      map.set(u32(1), u32(second.id));
      expect(first.run(0)).toBe(5);
      expect(vm.arena.u32[counter >> 2]).toBe(34);
    });

    test('counts what the other program ran, and needs no budget for that', () => {
      const vm = testVm();
      const map = vm.createMap(spec({ type: 'prog_array', valueSize: 4 }));
      const program = (code: readonly Instruction[], engine: Engine, count: boolean): LoadedProgram => {
        const request = { name: 'p', type: 'xdp', code: encode(code), relocations: count ? [] : relocations } as const;
        const loaded = vm.load({ program: request, maps: new Map([['m', map]]), engine, count });
        if (!loaded.ok) throw new Error(loaded.problem.message);
        return loaded.program;
      };
      const target = program([b.mov64Imm(0, 8), b.exit()], to, true);
      map.set(u32(0), u32(target.id));
      const entry = program([...tail(0), b.mov64Imm(0, 1), b.exit()], from, false);
      for (let i = 0; i < 3; i++) expect(entry.run(0)).toBe(8);
      expect(target.run(0)).toBe(8);
    });

    test('from a function returns to that function’s caller', () => {
      const vm = testVm();
      const map = vm.createMap(spec({ type: 'prog_array', valueSize: 4 }));
      const target = load(vm, to, [b.lddw(0, 0x7_0000_0004n), b.exit()]);
      map.set(u32(0), u32(target.id));
      const code = [
        b.callLocal(4),
        b.mov64Reg(1, 0),
        b.alu64Imm('rsh', 1, 32),
        b.alu64Reg('add', 0, 1),
        b.exit(),
        ...tail(0),
        b.mov64Imm(0, 100),
        b.exit(),
      ];
      const relocated: Relocation[] = [{ kind: 'map', slot: 5, map: 'm' }];
      expect(load(vm, from, code, { maps: { m: map }, relocations: relocated }).run(0)).toBe(11);
    });
  },
);
