import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mov64Imm } from '../isa/build.ts';
import { decode } from '../isa/decode.ts';
import { encode } from '../isa/encode.ts';
import { parseConformanceVector } from '../testing/conformance-vector.ts';
import { testVm } from '../testing/test-vm.ts';
import { assembleUbpf } from '../testing/ubpf-assembly.ts';
import type { Engine } from './vm.ts';

const root = '../shared/data/bpf_conformance';
const there = existsSync(root);
if (!there) console.warn(`skipped: no bpf_conformance vectors at ${root}`);
const names = (folder: string): string[] =>
  there ? readdirSync(`${root}/${folder}`).filter((n) => n.endsWith('.data')) : [];
const read = (path: string) => parseConformanceVector(readFileSync(`${root}/${path}`, 'utf8'));
/** Calls through a register are no RFC 9669 instruction. */
const NOT_RUN = new Set(['callx.data']);
const vectors = names('tests').filter((name) => !NOT_RUN.has(name));

describe.skipIf(!there).each(['interpreter', 'jit'] as const)('bpf_conformance on the %s', (engine) => {
  test('has all its vectors', () => {
    expect(vectors.length).toBe(312);
  });

  test.each(vectors)('%s', (name) => {
    const vector = read(`tests/${name}`);
    if (typeof vector === 'string') throw new Error(vector);
    const assembled = assembleUbpf(vector.asm!);
    if (!assembled.ok) throw new Error(`line ${assembled.line}: ${assembled.message}`);
    const code = encode(assembled.instructions);
    if (vector.raw) expect(code).toEqual(vector.raw);
    expect(runFor(engine, code, vector.memory)).toBe(vector.result);
  });
});

/** Runs with r1 at the memory and r2 its length, as the suite asks; returns all of r0. */
function runFor(engine: Engine, code: Uint8Array, memory: Uint8Array): bigint {
  const vm = testVm();
  const at = memory.length === 0 ? 0 : vm.arena.alloc(memory.length);
  vm.arena.write(at, memory);
  const prologue = encode([mov64Imm(2, memory.length)]);
  const whole = new Uint8Array([...prologue, ...code]);
  const loaded = vm.load({
    program: { name: 'vector', type: 'xdp', code: whole, relocations: [] },
    engine,
    budget: 100_000,
  });
  if (!loaded.ok) throw new Error(loaded.problem.message);
  const low = loaded.program.run(at);
  return (BigInt(vm.resultHigh >>> 0) << 32n) | BigInt(low);
}

describe.skipIf(!there)('negative bpf_conformance vectors', () => {
  const negatives = names('negative');

  test('are all here', () => {
    expect(negatives.length).toBe(60);
  });

  test.each(negatives.filter((name) => name.startsWith('unused-')))('decode() refuses %s', (name) => {
    const vector = read(`negative/${name}`);
    if (typeof vector === 'string') throw new Error(vector);
    expect(decode(vector.raw!)).toMatchObject({ ok: false, problem: { code: expect.stringMatching(/^I00[45]$/) } });
  });

  /** These are about a program's meaning, not its text: the verifier's, or a wrong expectation on purpose. */
  const MEANING = new Set(['error.data', 'incorrect_return_value_high_bits.data']);

  test.each(negatives.filter((name) => !name.startsWith('unused-') && !MEANING.has(name)))(
    'the reader refuses %s',
    (name) => {
      const vector = read(`negative/${name}`);
      const code = typeof vector === 'string' ? undefined : readable(vector.asm);
      expect(code).toBeUndefined();
    },
  );

  test('incorrect_return_value_high_bits.data runs and gives another number', () => {
    const vector = read('negative/incorrect_return_value_high_bits.data');
    if (typeof vector === 'string') throw new Error(vector);
    const result = runFor('interpreter', readable(vector.asm)!, vector.memory);
    expect(result).not.toBe(vector.result);
    expect(BigInt.asUintN(32, result)).toBe(BigInt.asUintN(32, vector.result!));
  });
});

function readable(asm: string | undefined): Uint8Array | undefined {
  const assembled = assembleUbpf(asm ?? '');
  return assembled.ok && assembled.instructions.length > 0 ? encode(assembled.instructions) : undefined;
}
