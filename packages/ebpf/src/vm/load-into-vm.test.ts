import { describe, expect, test } from 'vitest';
import * as b from '../isa/build.ts';
import { encode } from '../isa/encode.ts';
import type { Instruction } from '../isa/instruction.ts';
import type { MapSpec, ObjectSpec, ProgramSpec } from '../spec.ts';
import { testVm } from '../testing/test-vm.ts';
import { InterpretedProgram, type StepView } from './interpreted-program.ts';
import { loadIntoVm, withConstants } from './load-into-vm.ts';

const rodata: MapSpec = {
  name: '.rodata',
  type: 'array',
  keySize: 4,
  valueSize: 12,
  maxEntries: 1,
  flags: 0,
  initial: Uint8Array.of(1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0),
  frozen: true,
};
const counts: MapSpec = { name: 'counts', type: 'array', keySize: 4, valueSize: 8, maxEntries: 2, flags: 0 };

function program(name: string, code: readonly Instruction[], relocations: ProgramSpec['relocations']): ProgramSpec {
  return { name, section: 'xdp', type: 'xdp', code: encode(code), functions: [], relocations, lines: [] };
}

const object: ObjectSpec = {
  license: 'GPL',
  maps: [rodata, counts],
  programs: [
    program(
      'limit',
      [b.lddwMapValue(1, 4), b.ldx(64, 0, 1, 0), b.exit()],
      [{ kind: 'map-value', slot: 0, map: '.rodata', offset: 4 }],
    ),
    program('one', [b.mov64Imm(0, 1), b.exit()], []),
  ],
  constants: [{ name: 'LIMIT', map: '.rodata', offset: 4, size: 8 }],
};

describe('loadIntoVm()', () => {
  test('makes maps, writes constants, loads programs', () => {
    const loaded = loadIntoVm(testVm(), { object, constants: { LIMIT: 77n } });
    if (!loaded.ok) throw new Error(loaded.problem.message);
    expect([...loaded.maps.keys()]).toEqual(['.rodata', 'counts']);
    expect(loaded.programs.get('limit')!.run(0)).toBe(77);
    expect(loaded.maps.get('.rodata')!.set(new Uint8Array(4), new Uint8Array(12))).toBe(-1);
  });

  test('uses shared maps and loads only what is asked for', () => {
    const vm = testVm();
    const shared = vm.createMap(counts);
    const loaded = loadIntoVm(vm, { object, shared: new Map([['counts', shared]]), programs: ['one'] });
    if (!loaded.ok) throw new Error(loaded.problem.message);
    expect(loaded.maps.get('counts')).toBe(shared);
    expect([...loaded.programs.keys()]).toEqual(['one']);
  });

  test('gives back what it made when a program cannot be loaded', () => {
    const vm = testVm();
    const broken = { ...object, programs: [...object.programs, program('bad', [b.call(9999), b.exit()], [])] };
    const loaded = loadIntoVm(vm, { object: broken });
    expect(loaded).toMatchObject({ ok: false, problem: { code: 'L004' } });
    expect(vm.map(1)).toBeUndefined();
    expect(vm.program(1)).toBeUndefined();
  });
});

test('withConstants() leaves the object as it was', () => {
  const maps = withConstants(object, { LIMIT: 5 });
  expect([...maps[0]!.initial!.slice(4)]).toEqual([5, 0, 0, 0, 0, 0, 0, 0]);
  expect(rodata.initial![4]).toBe(2);
  expect(() => withConstants(object, { NOPE: 1 })).toThrow('no load-time constant NOPE');
});

test('an interpreted program tells its observer of each instruction before it runs', () => {
  const code = [b.mov64Imm(0, 2), b.callLocal(2), b.alu64Imm('add', 0, 1), b.exit(), b.mov64Imm(0, 40), b.exit()];
  const loaded = testVm().load({ program: program('p', code, []), engine: 'interpreter' });
  if (!loaded.ok || !(loaded.program instanceof InterpretedProgram)) throw new Error('not loaded');
  const seen: [number, number, number][] = [];
  loaded.program.observer = ({ slot, depth, registers }: StepView) => seen.push([slot, depth, registers[0]!]);
  expect(loaded.program.run(0)).toBe(41);
  expect(seen).toEqual([
    [0, 0, 0],
    [1, 0, 2],
    [4, 1, 2],
    [5, 1, 40],
    [2, 0, 40],
    [3, 0, 41],
  ]);
  loaded.program.observer = undefined;
  expect(loaded.program.run(0)).toBe(41);
  expect(seen).toHaveLength(6);
  expect(loaded.program.instructionsRun).toBe(12);
});
