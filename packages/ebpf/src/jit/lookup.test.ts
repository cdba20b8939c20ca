import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as b from '../isa/build.ts';
import { encode } from '../isa/encode.ts';
import type { ConcreteMap } from '../maps/create-map.ts';
import type { MapType } from '../spec.ts';
import { testVm } from '../testing/test-vm.ts';
import type { LoadedProgram } from '../vm/loaded-program.ts';
import type { Vm } from '../vm/vm.ts';

/** A program that returns the address of the value whose key its context is. */
function lookupProgram(vm: Vm, map: ConcreteMap): LoadedProgram {
  const code = encode([b.mov64Reg(2, 1), b.lddwMap(6), b.mov64Reg(1, 6), b.call(1), b.exit()]);
  const loaded = vm.load({
    program: { name: 'lookup', type: 'xdp', code, relocations: [{ kind: 'map', slot: 1, map: 'm' }] },
    maps: new Map([['m', map]]),
  });
  if (!loaded.ok) throw new Error(loaded.problem.message);
  return loaded.program;
}

function makeMap(vm: Vm, type: MapType, keySize: number, maxEntries: number): ConcreteMap {
  return vm.createMap({ name: 'm', type, keySize, valueSize: 8, maxEntries, flags: 0 });
}

const keySizes = [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 16, 20, 40, 63, 64, 65, 100];

describe('compiled map lookup', () => {
  test.each(keySizes)('finds what the hash map finds, with keys of %i bytes at any alignment', (keySize) => {
    const vm = testVm();
    const map = makeMap(vm, 'hash', keySize, 500);
    const program = lookupProgram(vm, map);
    const at = vm.arena.alloc(keySize + 8);
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: keySize, maxLength: keySize }),
        fc.boolean(),
        fc.nat(3),
        (key, store, skew) => {
          if (store) map.set(key, new Uint8Array(8));
          vm.arena.write(at + skew, key);
          expect(program.run(at + skew)).toBe(map.lookup(at + skew));
          if (store) expect(program.run(at + skew)).not.toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('sees the table grow', () => {
    const vm = testVm();
    const map = makeMap(vm, 'hash', 4, 5000);
    const program = lookupProgram(vm, map);
    const at = vm.arena.alloc(8);
    for (let i = 0; i < 4000; i++) {
      map.set(new Uint8Array(Uint32Array.of(i).buffer), new Uint8Array(8));
      vm.arena.u32[at >> 2] = i;
      expect(program.run(at)).toBe(map.lookup(at));
    }
    vm.arena.u32[at >> 2] = 4000;
    expect(program.run(at)).toBe(0);
  });

  test('ages the entries of an LRU map as the map itself does', () => {
    const step = fc.record({ key: fc.nat(12), store: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const vm = testVm();
        const compiled = makeMap(vm, 'lru_hash', 4, 6);
        const plain = makeMap(vm, 'lru_hash', 4, 6);
        const program = lookupProgram(vm, compiled);
        const at = vm.arena.alloc(8);
        for (const { key, store } of steps) {
          vm.arena.u32[at >> 2] = key;
          const bytes = new Uint8Array(Uint32Array.of(key).buffer);
          if (store) {
            compiled.set(bytes, new Uint8Array(8));
            plain.set(bytes, new Uint8Array(8));
          } else expect(program.run(at) === 0).toBe(plain.lookup(at) === 0);
        }
        const keys = (map: ConcreteMap): number[] => [...map.entries()].map(([key]) => key[0]!).sort((a, c) => a - c);
        expect(keys(compiled)).toEqual(keys(plain));
      }),
      { numRuns: 60 },
    );
  });

  test('computes addresses in an array and refuses indexes beyond it', () => {
    const vm = testVm();
    const map = makeMap(vm, 'array', 4, 100);
    const program = lookupProgram(vm, map);
    const at = vm.arena.alloc(8);
    for (const index of [0, 1, 99, 100, 0x7fffffff, 0xffffffff]) {
      vm.arena.u32[at >> 2] = index;
      expect(program.run(at)).toBe(map.lookup(at));
    }
  });

  test.each(['percpu_array', 'percpu_hash', 'lpm_trie'] as const)('leaves a %s to the map', (type) => {
    const vm = testVm();
    const map = vm.createMap({
      name: 'm',
      type,
      keySize: type === 'lpm_trie' ? 8 : 4,
      valueSize: 8,
      maxEntries: 4,
      flags: type === 'lpm_trie' ? 1 : 0,
    });
    const at = vm.arena.alloc(8);
    map.update(at, at, 0);
    expect(lookupProgram(vm, map).run(at)).toBe(map.lookup(at));
    expect(map.lookup(at)).not.toBe(0);
  });
});
